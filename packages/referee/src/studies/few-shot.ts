import { type FewShotMethod, type FewShotPoint } from "./few-shot-point.ts";
import type { RunRecord, SimplePolicy } from "@stopwise/core";
import { defaultPortfolio, outcomeTable } from "@stopwise/policies";
import {
  atLevel,
  type Bound,
  calibrate,
  configurationOf,
  type LevelOutcomes,
  outcomesOfSettings,
  type PolicyPrediction,
} from "@stopwise/meta-model";
import { seedFor } from "@stopwise/core/random";
import { medianRule } from "../baselines.ts";
import { fewShotCurve, type JudgedTask } from "./few-shot-curve.ts";
import { newTasks, type NewTask } from "./few-shot-tasks.ts";
import { OwnRunsKernel, type OwnRunsUse } from "./own-runs-kernel.ts";
import { shiftedSettings } from "../start-method.ts";
import { studyOf, type Fold, type Study } from "../study.ts";

/** Options of a few-shot study. */
export interface FewShotOptions {
  readonly bounds: readonly Bound[];
  readonly seed: number;
  /** Numbers of own runs, ascending; default 0, 1, 3, 10, 30. */
  readonly ownRuns?: readonly number[];
  /** What own runs do to a prediction; default, they weigh ten groups together. */
  readonly use?: OwnRunsUse;
  /** How often each task is split into own and judged runs; its means are over all of these. Default 1. */
  readonly draws?: number;
  readonly policies?: readonly SimplePolicy[];
  /** Called as each fold begins. */
  readonly onProgress?: (message: string) => void;
}

/** Bounds that few-shot curves are drawn for. */
export const fewShotBounds: readonly Bound[] = [
  ...[0.0025, 0.005, 0.01, 0.02].map((maxEmLoss): Bound => ({ kind: "mean", maxEmLoss })),
  { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
];

const defaultOwnRuns: readonly number[] = [0, 1, 3, 10, 30];
const methods: readonly FewShotMethod[] = [
  "recommend",
  "recommend-frontier",
  "best-on-own",
  "best-policies",
  "same-task-certificate",
  "median-rule",
];

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
    cohorts.flatMap((cohort) => {
      const those = judged.filter((task) => task.bound === bound && task.pool >= cohort);
      const counts = ownRuns.filter((count) => count <= cohort);
      return those.length === 0
        ? []
        : methods.flatMap((method) =>
            fewShotCurve(those, { method, counts, bound, seed }).map((point) => ({
              method,
              kind,
              cohort,
              ...point,
            })),
          );
    }),
  );
}

function foldOutcomes(
  study: Study,
  fold: Fold,
  options: FewShotOptions & { ownRuns: readonly number[] },
): JudgedTask[] {
  const { ownRuns, bounds, draws = 1, use = { kind: "weight", groups: 10 } } = options;
  const tasks = Array.from({ length: draws }, (_, draw) =>
    newTasks(study, fold, {
      seed: seedFor(options.seed, draw === 0 ? "own runs" : `own runs, draw ${draw}`),
      fewest: ownRuns.find((count) => count > 0) ?? 1,
      most: ownRuns.at(-1) ?? 0,
    }),
  ).flat();
  if (tasks.length === 0) return [];
  const kernel = new OwnRunsKernel(study, fold, [...new Set(tasks.flatMap((task) => task.pool))]);
  const levels = bounds.map((bound) => kernel.level(bound));
  return tasks.flatMap((task) => {
    const plain = kernel.predict(task.pool, [], use).predictions;
    return ownRuns
      .filter((count) => count <= task.pool.length)
      .flatMap((count) => {
        const own = task.pool.slice(0, count);
        const asked = { study, fold, kernel, task, own };
        const median = byMedianRule(study, fold, { own, judged: task.judged });
        const unaided = kernel.predict(task.judged, [], use).predictions;
        const aided = kernel.predict(task.judged, own, use);
        return bounds.map((bound, index): JudgedTask => {
          const at = { ...asked, bound, level: levels[index]! };
          return {
            bound,
            group: task.group,
            pool: task.pool.length,
            ownRuns: count,
            ownShare: aided.ownShare,
            nRuns: task.judged.length,
            outcomes: {
              ...recommendations(at, aided.predictions),
              "same-task-certificate": certifiedByOwn(at, { own: plain.slice(0, count), judged: unaided }),
              "median-rule": median,
            },
          };
        });
      });
  });
}

/** A task, some of its runs that are the user's own, and a question. */
interface Asked {
  readonly study: Study;
  readonly kernel: OwnRunsKernel;
  readonly task: NewTask;
  readonly own: readonly number[];
  readonly bound: Bound;
  /** Number of the level that the training part fixed. */
  readonly level: number;
}

function recommendations(
  { study, kernel, task, own, bound, level }: Asked,
  predictions: readonly PolicyPrediction[],
): Record<"recommend" | "recommend-frontier" | "best-on-own" | "best-policies", LevelOutcomes> {
  const under = (settings: Int32Array): LevelOutcomes =>
    outcomesOfSettings(study.experience.table, task.judged, settings);
  const bestOn = (rows: readonly number[]): LevelOutcomes => {
    const settings = kernel.bestSettings(rows, bound);
    return under(Int32Array.from(task.judged.flatMap(() => [...settings])));
  };
  const frontier = under(kernel.settings(predictions, bound));
  return {
    recommend: oneLevel(atLevel(frontier, level)),
    "recommend-frontier": frontier,
    "best-on-own": bestOn(own),
    "best-policies": bestOn(task.judged),
  };
}

function oneLevel({ saving, emLoss }: Outcomes): LevelOutcomes {
  return {
    nRuns: saving.length,
    nLevels: 1,
    saving: Float32Array.from(saving),
    emLoss: Float32Array.from(emLoss),
  };
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
  { study, kernel, task, own, bound, level }: Asked,
  predicted: { own: readonly PolicyPrediction[]; judged: readonly PolicyPrediction[] },
): LevelOutcomes {
  const { table, runs } = study.experience;
  const along = (rows: readonly number[], predictions: readonly PolicyPrediction[]): LevelOutcomes => {
    const settings = kernel.settings(predictions, bound);
    const nLevels = settings.length / rows.length;
    const bases = Int32Array.from(rows, (_, run) => settings[run * nLevels + level]!);
    return outcomesOfSettings(table, rows, shiftedSettings(study, bases));
  };
  const outcomes = along(task.judged, predicted.judged);
  if (own.length === 0) return oneLevel(atLevel(outcomes, 0));
  const calibration = along(own, predicted.own);
  const { setting } = calibrate(
    {
      loss: calibration.emLoss,
      nSettings: calibration.nLevels,
      groups: own.map((row) => configurationOf(runs[row]!)),
    },
    bound,
  );
  return oneLevel(atLevel(outcomes, setting));
}

function byMedianRule(
  study: Study,
  fold: Fold,
  { own, judged }: { own: readonly number[]; judged: readonly number[] },
): LevelOutcomes {
  const stops = medianRule.stops(study, { ...fold, train: own, judged });
  const tables = judged.map((row) => outcomeTable(study.experience.curves[row]!, "best"));
  return oneLevel({
    saving: tables.map((table, index) => table.saving[stops[index]!]!),
    emLoss: tables.map((table, index) => table.emLoss[stops[index]!]!),
  });
}
