import type { RunRecord, SimplePolicy } from "@stopwise/core";
import { defaultPortfolio, outcomeTable } from "@stopwise/policies";
import { boundedLoss, type Bound } from "../certificates/bound.ts";
import { calibrate } from "../certificates/calibrate.ts";
import { configurationOf } from "../model/configuration.ts";
import { seedFor } from "@stopwise/core/random";
import { medianRule } from "./baselines.ts";
import { bootstrapMeans, drawGroups, orderStatistic } from "./bootstrap.ts";
import { newTasks, type NewTask } from "./few-shot-tasks.ts";
import { atLevel, outcomesOfSettings } from "./level-outcomes.ts";
import { sampleOf } from "./level-quality.ts";
import { OwnRunsKernel } from "./own-runs-kernel.ts";
import { rowBound } from "./row.ts";
import type { RowBound } from "./report.ts";
import { shiftedSettings } from "./start-method.ts";
import { studyOf, type Fold, type Study } from "./study.ts";

/**
 * What own runs are put to: `recommend`, they join the past runs of a recommendation; `same-task-certificate`, they
 * calibrate it, each configuration once, and train nothing; `median-rule`, they are the past runs of the rule.
 */
export type FewShotMethod = "recommend" | "same-task-certificate" | "median-rule";

/** What a number of the user's own runs of a task brings. */
export interface FewShotPoint {
  readonly method: FewShotMethod;
  readonly kind: "quality" | "loss";
  readonly bound: RowBound;
  /** The tasks that are averaged have at least so many own runs: points of one cohort are about the same tasks. */
  readonly cohort: number;
  readonly ownRuns: number;
  /** Means over tasks, each weighing 1, of runs that were not among the own ones. */
  readonly meanSaving: number;
  /** 95 % group-bootstrap interval of the mean saving. */
  readonly low: number;
  readonly high: number;
  readonly meanEmLoss: number;
  readonly shareOverBound: number;
  readonly nGroups: number;
  readonly nRuns: number;
}

/** Options of a few-shot study. */
export interface FewShotOptions {
  readonly bounds: readonly Bound[];
  readonly seed: number;
  /** Numbers of own runs, ascending; default 0, 1, 3, 10, 30. */
  readonly ownRuns?: readonly number[];
  /** Weight of all own runs together, in groups; default 10. */
  readonly ownWeight?: number;
  readonly policies?: readonly SimplePolicy[];
  /** Called as each fold begins. */
  readonly onProgress?: (message: string) => void;
}

/** Bounds that few-shot curves are drawn for. */
export const fewShotBounds: readonly Bound[] = [
  { kind: "mean", maxEmLoss: 0.005 },
  { kind: "mean", maxEmLoss: 0.01 },
  { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
];

const defaultOwnRuns: readonly number[] = [0, 1, 3, 10, 30];
const methods: readonly FewShotMethod[] = ["recommend", "same-task-certificate", "median-rule"];

interface JudgedRun {
  readonly method: FewShotMethod;
  readonly bound: Bound;
  readonly group: number;
  /** Runs of the task that may be the user's own. */
  readonly pool: number;
  readonly ownRuns: number;
  readonly saving: number;
  readonly emLoss: number;
}

/**
 * Saving and loss as the first runs of a task come in. The tasks of a fold are new to its training part; k runs of one of
 * them, drawn at random, are the user's own, and its other runs (a third of them, the same for every k) are judged. Empty
 * where no task has enough runs for the smallest positive k.
 *
 * @param runs run records of one kind, quality or loss
 * @param options bounds, numbers of own runs, seed
 */
export function fewShot(runs: readonly RunRecord[], options: FewShotOptions): FewShotPoint[] {
  const { seed, policies = defaultPortfolio(), ownRuns = defaultOwnRuns } = options;
  const kind = runs[0]?.kind ?? "quality";
  const usable = policies.filter((policy) => kind === "quality" || policy.monitor !== "quality");
  const study = studyOf(runs, { seed, nFolds: 5, policies: usable });
  const judged = study.folds.flatMap((fold, index) => {
    options.onProgress?.(`own runs, fold ${index + 1} of ${study.folds.length}`);
    return fold.train.length === 0 ? [] : foldOutcomes(study, fold, { ...options, ownRuns });
  });
  const cohorts = ownRuns.filter((count) => count > 0);
  return options.bounds.flatMap((bound) =>
    cohorts.flatMap((cohort) =>
      methods.flatMap((method) =>
        ownRuns
          .filter((count) => count <= cohort)
          .flatMap((count) => {
            const those = judged.filter(
              (run) =>
                run.bound === bound && run.method === method && run.ownRuns === count && run.pool >= cohort,
            );
            return those.length === 0
              ? []
              : [{ method, kind, cohort, ownRuns: count, ...summary(those, bound, seed) }];
          }),
      ),
    ),
  );
}

function summary(
  runs: readonly JudgedRun[],
  bound: Bound,
  seed: number,
): Omit<FewShotPoint, "method" | "kind" | "cohort" | "ownRuns"> {
  const { weights, groups } = sampleOf([...runs.keys()], (index) => runs[index]!.group, "group");
  const mean = (of: (run: JudgedRun) => number): number =>
    runs.reduce((sum, run, index) => sum + weights[index]! * of(run), 0);
  const slot = new Map([...new Set(groups)].map((group, index) => [group, index]));
  const sums = new Float64Array(slot.size);
  runs.forEach((run, index) => (sums[slot.get(run.group)!]! += weights[index]! * run.saving));
  const draws = drawGroups(slot.size, 600, seed + 17);
  const savings = bootstrapMeans(draws, sums, new Float64Array(slot.size).fill(1 / slot.size));
  const over: Bound = { kind: "tail", maxEmLoss: bound.maxEmLoss };
  return {
    bound: rowBound(bound),
    meanSaving: mean((run) => run.saving),
    low: orderStatistic(savings, 0.025),
    high: orderStatistic(savings, 0.975),
    meanEmLoss: mean((run) => run.emLoss),
    shareOverBound: mean((run) => boundedLoss(over, run.emLoss)),
    nGroups: slot.size,
    nRuns: runs.length,
  };
}

function foldOutcomes(
  study: Study,
  fold: Fold,
  options: FewShotOptions & { ownRuns: readonly number[] },
): JudgedRun[] {
  const { ownRuns, bounds, ownWeight = 10 } = options;
  const tasks = newTasks(study, fold, {
    seed: seedFor(options.seed, "own runs"),
    fewest: ownRuns.find((count) => count > 0) ?? 1,
    most: ownRuns.at(-1) ?? 0,
  });
  if (tasks.length === 0) return [];
  const kernel = new OwnRunsKernel(
    study,
    fold,
    tasks.flatMap((task) => task.pool),
  );
  return bounds.flatMap((bound) => {
    const rule = { bound, level: kernel.level(bound), ownWeight };
    return tasks.flatMap((task) => {
      const bases = (rows: readonly number[]): Int32Array => kernel.settings(rows, [], rule);
      const [poolBases, judgedBases] = [bases(task.pool), bases(task.judged)];
      return ownRuns
        .filter((count) => count <= task.pool.length)
        .flatMap((count) => {
          const own = task.pool.slice(0, count);
          const chosen = kernel.settings(task.judged, own, rule);
          const outcomes: Record<FewShotMethod, Outcomes> = {
            recommend: atLevel(outcomesOfSettings(study.experience.table, task.judged, chosen), 0),
            "same-task-certificate": certifiedByOwn(study, task, {
              own,
              bound,
              ownBases: poolBases.subarray(0, count),
              judgedBases,
            }),
            "median-rule": byMedianRule(study, fold, { own, judged: task.judged }),
          };
          return methods.flatMap((method) =>
            task.judged.map((_, index): JudgedRun => ({
              method,
              bound,
              group: task.group,
              pool: task.pool.length,
              ownRuns: count,
              saving: outcomes[method].saving[index]!,
              emLoss: outcomes[method].emLoss[index]!,
            })),
          );
        });
    });
  });
}

interface Outcomes {
  readonly saving: readonly number[];
  readonly emLoss: readonly number[];
}

/**
 * Moves what was recommended without own runs to where they certify it: the unit is a configuration, and never-stop where
 * there are too few of them.
 */
function certifiedByOwn(
  study: Study,
  { judged }: NewTask,
  {
    own,
    bound,
    ownBases,
    judgedBases,
  }: { own: readonly number[]; bound: Bound; ownBases: Int32Array; judgedBases: Int32Array },
): Outcomes {
  const { table, runs } = study.experience;
  const along = (rows: readonly number[], bases: Int32Array) =>
    outcomesOfSettings(table, rows, shiftedSettings(study, bases));
  const outcomes = along(judged, judgedBases);
  if (own.length === 0) return atLevel(outcomes, 0);
  const calibration = along(own, ownBases);
  const { setting } = calibrate(
    {
      loss: calibration.emLoss,
      nSettings: calibration.nLevels,
      groups: own.map((row) => configurationOf(runs[row]!)),
    },
    bound,
  );
  return atLevel(outcomes, setting);
}

function byMedianRule(
  study: Study,
  fold: Fold,
  { own, judged }: { own: readonly number[]; judged: readonly number[] },
): Outcomes {
  const stops = medianRule.stops(study, { ...fold, train: own, judged });
  const tables = judged.map((row) => outcomeTable(study.experience.curves[row]!, "best"));
  return {
    saving: tables.map((table, index) => table.saving[stops[index]!]!),
    emLoss: tables.map((table, index) => table.emLoss[stops[index]!]!),
  };
}
