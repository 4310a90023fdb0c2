import { groupOf, planOf, reachedPlan, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { repetition } from "../model/configuration.ts";

/** What a plan fixes when there are fewer examples: passes over the data (fewer steps), or optimiser steps (more passes). */
export type KeptPlan = "epochs" | "steps";

/** Two trainings of one task that differ in the number of examples alone. */
export interface DataContrast {
  readonly group: string;
  /** Examples of the larger one. */
  readonly size: number;
  /** Examples of the smaller one over those of the larger one, in (0, `largestRatio`]. */
  readonly ratio: number;
  /** Best EM of the smaller one minus best EM of the larger one, in [-1, 1]. */
  readonly change: number;
}

/** Settings of regularisation whose effect is learned. */
export const regularisers = ["weightDecay", "dropout", "normalization"] as const;

/** One of the settings of regularisation. */
export type Regulariser = (typeof regularisers)[number];

/** Two trainings of one task that differ in one setting alone. */
export interface SettingContrast {
  readonly group: string;
  readonly setting: Regulariser;
  readonly from: number | string;
  readonly to: number | string;
  /** Best EM with `to` minus best EM with `from`, in [-1, 1]. */
  readonly change: number;
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
function bestOf(run: RunRecord, share = 1): number {
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

/**
 * Pairs of runs of the same task that differ in the number of examples alone, by what the plan kept.
 *
 * Runs planned in epochs are compared as they are. Runs planned in steps are compared as they are for `steps`; for
 * `epochs` the smaller one is read only up to its share of the steps, where its learning rate is constant and
 * something was evaluated by then. Runs that did not reach their plan, and sizes closer than `largestRatio`, are left out.
 *
 * @param runs run records; those with a loss only are left out
 */
export function dataContrasts(runs: readonly RunRecord[]): Record<KeptPlan, DataContrast[]> {
  const sized = runs.filter((run) => usable(run) && (run.datasetSize ?? 0) > 0);
  const inEpochs = (run: RunRecord): boolean => !Number.isNaN(planOf(run).epochs);
  const found: Record<KeptPlan, DataContrast[]> = { epochs: [], steps: [] };
  for (const cell of cellsOf(sized, (run) =>
    inEpochs(run)
      ? keyWithout(run, planNames, [planOf(run).epochs])
      : keyWithout(run, [], [planOf(run).steps]),
  )) {
    const levels = byLevel(cell, (run) => run.datasetSize!).sort(([a], [b]) => a - b);
    levels.forEach(([size, large], index) => {
      for (const [smaller, small] of levels.slice(0, index)) {
        const ratio = smaller / size;
        if (ratio > largestRatio) continue;
        const add = (plan: KeptPlan, share: number): void => {
          const change = mean(small.map((run) => bestOf(run, share))) - mean(large.map((run) => bestOf(run)));
          if (!Number.isNaN(change)) found[plan].push({ group: groupOf(large[0]!), size, ratio, change });
        };
        if (inEpochs(cell[0]!)) add("epochs", 1);
        else {
          add("steps", 1);
          if (small.every(ignoresItsEnd)) add("epochs", ratio);
        }
      }
    });
  }
  return found;
}

/**
 * Pairs of runs of the same task that differ in weight decay, dropout or normalisation alone, each pair once in both
 * directions.
 *
 * @param runs run records; those with a loss only, or that did not reach their plan, are left out
 */
export function settingContrasts(runs: readonly RunRecord[]): SettingContrast[] {
  const known = runs.filter(usable);
  return regularisers.flatMap((setting) => {
    const levelOf = (run: RunRecord): number | string | null => taskOf(run)[setting] ?? null;
    const told = known.filter((run) => levelOf(run) !== null);
    return cellsOf(told, (run) =>
      keyWithout(run, namesOf[setting], [run.datasetSize, planOf(run).steps, planOf(run).epochs]),
    ).flatMap((cell) => {
      const levels = byLevel(cell, (run) => levelOf(run)!).map(([level, members]) => ({
        level,
        em: mean(members.map((run) => bestOf(run))),
      }));
      return levels.flatMap((from) =>
        levels
          .filter((to) => to !== from && !Number.isNaN(to.em - from.em))
          .map((to) => ({
            group: groupOf(cell[0]!),
            setting,
            from: from.level,
            to: to.level,
            change: to.em - from.em,
          })),
      );
    });
  });
}
