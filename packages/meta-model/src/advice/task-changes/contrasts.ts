import { groupOf, planOf, reachedPlan, type RunRecord, type Task } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { repetition } from "../../portfolio/configuration.ts";

/** What a plan fixes when there are fewer examples: passes over the data (fewer steps), or optimiser steps (more passes). */
export type KeptPlan = "epochs" | "steps";

/** Two trainings of one task that differ in one respect. */
interface Contrast {
  readonly group: string;
  /** A run that was trained the first way. */
  readonly from: RunRecord;
  /** Ids of the runs that were trained the second way. */
  readonly others: ReadonlySet<string>;
  /** Best EM of the first. */
  readonly em: number;
  /** Best EM of the second minus best EM of the first, in [-1, 1]. */
  readonly change: number;
}

/** Two trainings of one task that differ in the number of examples alone; `from` is of the larger number. */
export interface DataContrast extends Contrast {
  readonly plan: KeptPlan;
  /** Examples of the larger one. */
  readonly size: number;
  /** Examples of the smaller one over those of the larger one, in (0, `largestRatio`]. */
  readonly ratio: number;
  /** Best EM of the larger one up to the share of its steps that the smaller one makes; NaN where nothing was evaluated by then. */
  readonly emAtShare: number;
  /** Passes of the larger one over its data; NaN where the record does not tell. */
  readonly passes: number;
}

/** Settings of regularisation whose effect is learned. */
export const regularisers = ["weightDecay", "dropout", "normalization"] as const;

/** One of the settings of regularisation. */
export type Regulariser = (typeof regularisers)[number];

/** Two trainings of one task that differ in one setting alone. */
export interface SettingContrast extends Contrast {
  readonly setting: Regulariser;
  readonly fromLevel: number | string;
  readonly toLevel: number | string;
}

/** Sizes closer than this tell the noise of a seed rather than an effect of the data. */
export const largestRatio = 0.75;

/** Labels of the shipped sweep that say why a run was made or what came of it; no settings. */
const label = /^(configSet|phenomenon|measuredPhenomenon|taskNoise)$/;
const namesOf: Readonly<Record<Regulariser, readonly string[]>> = {
  weightDecay: ["weightDecay", "weight_decay", "wd"],
  dropout: ["dropout"],
  normalization: ["normalization", "norm"],
};
const planNames = ["maxSteps", "max_steps", "warmupSteps", "warmup_steps", "evalEvery", "eval_steps"];

/** All that was the same in two runs, as one key; the settings named are left out, seeds and labels too. */
function keyWithout(run: RunRecord, names: readonly string[], rest: readonly unknown[]): string {
  const settings = Object.entries(run.hyper)
    .filter(([name]) => !repetition.test(name) && !label.test(name) && !names.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { task, model, family, metric, evalSize } = run;
  return JSON.stringify([groupOf(run), task, model, family, metric, evalSize, settings, rest]);
}

/** Best quality up to a share of the run's steps; NaN where nothing was evaluated until then. */
export function bestUpTo(run: RunRecord, share = 1): number {
  const end = (run.points.at(-1)?.step ?? 0) * share * (1 + 1e-9);
  let best = Number.NaN;
  for (const { step, quality } of run.points) {
    if (step <= end && typeof quality === "number" && !(quality <= best)) best = quality;
  }
  return best;
}

/** Runs by key, in order of first appearance. */
function cellsOf(runs: readonly RunRecord[], keyOf: (run: RunRecord) => string): RunRecord[][] {
  const cells = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const key = keyOf(run);
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [run]);
    else cell.push(run);
  }
  return [...cells.values()].filter((cell) => cell.length > 1);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Runs of a cell by level; repetitions of a level stay together. */
function byLevel<L>(cell: readonly RunRecord[], levelOf: (run: RunRecord) => L): [L, RunRecord[]][] {
  const levels = new Map<L, RunRecord[]>();
  for (const run of cell) levels.set(levelOf(run), [...(levels.get(levelOf(run)) ?? []), run]);
  return [...levels];
}

const usable = (run: RunRecord): boolean => run.kind === "quality" && reachedPlan(run);

/** Whether the smaller run, cut short, is what a run planned that short would have been: its learning rate did not know the end. */
const ignoresItsEnd = (run: RunRecord): boolean => taskOf(run).schedule?.startsWith("constant") === true;

const idsOf = (runs: readonly RunRecord[]): ReadonlySet<string> => new Set(runs.map(({ id }) => id));
const meanBest = (runs: readonly RunRecord[], share = 1): number =>
  mean(runs.map((run) => bestUpTo(run, share)));

/**
 * Pairs of runs of the same task that differ in the number of examples alone, for each of what a plan keeps.
 *
 * Runs planned in epochs are compared as they are. Runs planned in steps are compared as they are for `steps`; for
 * `epochs` the smaller one is read only up to its share of the steps, where its learning rate is constant and
 * something was evaluated by then. Runs that did not reach their plan, and sizes closer than `largestRatio`, are left out.
 *
 * @param runs run records; those with a loss only are left out
 */
export function dataContrasts(runs: readonly RunRecord[]): DataContrast[] {
  const sized = runs.filter((run) => run.kind === "quality" && (run.datasetSize ?? 0) > 0);
  const inEpochs = (run: RunRecord): boolean => !Number.isNaN(planOf(run).epochs);
  const cells = cellsOf(sized, (run) =>
    inEpochs(run)
      ? keyWithout(run, planNames, [planOf(run).epochs])
      : keyWithout(run, [], [planOf(run).steps]),
  );
  return cells.flatMap((cell) => {
    const levels = byLevel(cell.filter(usable), (run) => run.datasetSize!).sort(([a], [b]) => a - b);
    return levels.flatMap(([size, large], index) =>
      levels.slice(0, index).flatMap(([smaller, small]) => {
        const ratio = smaller / size;
        if (ratio > largestRatio) return [];
        const from = large[0]!;
        const em = meanBest(large);
        const pair = (plan: KeptPlan, share: number): DataContrast[] => {
          const change = meanBest(small, share) - em;
          if (Number.isNaN(change)) return [];
          const facts = { group: groupOf(from), from, others: idsOf(small), em, change, plan, size, ratio };
          return [{ ...facts, emAtShare: meanBest(large, ratio), passes: passesOver(taskOf(from)) }];
        };
        if (inEpochs(from)) return pair("epochs", 1);
        return [...pair("steps", 1), ...(small.every(ignoresItsEnd) ? pair("epochs", ratio) : [])];
      }),
    );
  });
}

/** Passes over the data that a task plans; NaN where it does not tell. */
export function passesOver({ epochs, maxSteps, batchSize, datasetSize }: Task): number {
  const planned = maxSteps && batchSize && datasetSize ? (maxSteps * batchSize) / datasetSize : undefined;
  return planned ?? epochs ?? Number.NaN;
}

/**
 * Pairs of runs of the same task that differ in weight decay, dropout or normalisation alone, each pair once in both
 * directions.
 *
 * @param runs run records; those with a loss only, or that did not reach their plan, are left out
 */
export function settingContrasts(runs: readonly RunRecord[]): SettingContrast[] {
  const known = runs.filter(({ kind }) => kind === "quality");
  const tasks = new Map(known.map((run) => [run, taskOf(run)]));
  return regularisers.flatMap((setting) => {
    const levelOf = (run: RunRecord): number | string | null => tasks.get(run)![setting] ?? null;
    const told = known.filter((run) => levelOf(run) !== null);
    const cells = cellsOf(told, (run) =>
      keyWithout(run, namesOf[setting], [run.datasetSize, planOf(run).steps, planOf(run).epochs]),
    );
    return cells.flatMap((cell) => {
      const levels = byLevel(cell.filter(usable), (run) => levelOf(run)!);
      const pairs = levels.flatMap((from) => levels.map((to) => [from, to] as const));
      return pairs.flatMap(([[fromLevel, before], [toLevel, after]]): SettingContrast[] => {
        const [from, em] = [before[0]!, meanBest(before)];
        const change = meanBest(after) - em;
        if (fromLevel === toLevel || Number.isNaN(change)) return [];
        return [
          { group: groupOf(from), from, others: idsOf(after), em, change, setting, fromLevel, toLevel },
        ];
      });
    });
  });
}
