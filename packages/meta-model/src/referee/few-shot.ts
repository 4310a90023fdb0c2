import type { RunRecord, SimplePolicy } from "@stopwise/core";
import { defaultPortfolio } from "@stopwise/policies";
import type { Bound } from "../certificates/bound.ts";
import { chooseAlong, choiceLevels } from "../choice/choose.ts";
import { predictionOf, riskOf, targetsOf, type PolicyPrediction } from "../choice/prediction.ts";
import { trainingPart, type TrainingPart } from "../choice/training-part.ts";
import type { TrainingSet } from "../estimators/estimator.ts";
import { FittedKernel } from "../estimators/kernel.ts";
import { rowsOf } from "../portfolio/outcome-table.ts";
import { randomFrom, seedFor, shuffled } from "../random.ts";
import { safestBest } from "./decide.ts";
import { outcomesOfSettings } from "./level-outcomes.ts";
import { levelQualities, sampleOf } from "./level-quality.ts";
import { studyOf, type Fold, type Study } from "./study.ts";

/** What a number of the user's own runs of a task brings. */
export interface FewShotPoint {
  readonly ownRuns: number;
  /** Means over tasks, each weighing 1, of runs that were not among the own ones. */
  readonly meanSaving: number;
  readonly meanEmLoss: number;
  readonly shareOverBound: number;
  readonly nGroups: number;
  readonly nRuns: number;
}

/** Options of a few-shot study. */
export interface FewShotOptions {
  readonly bound: Bound;
  readonly seed: number;
  /** Numbers of own runs, ascending. */
  readonly ownRuns: readonly number[];
  /** Weight of all own runs together, in groups; default 10. */
  readonly ownWeight?: number;
  readonly policies?: readonly SimplePolicy[];
}

/** A task that is new to a fold, split into runs that may become the user's own and runs that are judged. */
interface NewTask {
  readonly pool: readonly number[];
  readonly judged: readonly number[];
}

interface Judged {
  readonly group: number;
  readonly ownRuns: number;
  readonly saving: number;
  readonly emLoss: number;
}

/**
 * Saving and loss of kernel-weighted recommendations as the first runs of a task come in. The tasks of a fold are new to
 * its training part; k runs of one of them, drawn at random, are added with the weight of one group, the choice rule stays
 * as the training part fixed it, and the task's other runs (a third of them, the same for every k) are judged. Only tasks
 * that have the largest number of own runs are judged, so that all points are about the same tasks.
 */
export function fewShot(runs: readonly RunRecord[], options: FewShotOptions): FewShotPoint[] {
  const { seed, policies = defaultPortfolio() } = options;
  const study = studyOf(runs, { seed, nFolds: 5, policies });
  const judged = study.folds.flatMap((fold) => foldOutcomes(study, fold, options));
  return options.ownRuns.map((ownRuns) =>
    summary(
      judged.filter((run) => run.ownRuns === ownRuns),
      ownRuns,
      options,
    ),
  );
}

function summary(runs: readonly Judged[], ownRuns: number, { bound }: FewShotOptions): FewShotPoint {
  const sample = sampleOf([...runs.keys()], (index) => runs[index]!.group, "group");
  const mean = (of: (run: Judged) => number): number =>
    runs.reduce((sum, run, index) => sum + sample.weights[index]! * of(run), 0);
  return {
    ownRuns,
    meanSaving: mean((run) => run.saving),
    meanEmLoss: mean((run) => run.emLoss),
    shareOverBound: mean((run) => (run.emLoss > bound.maxEmLoss + 1e-7 ? 1 : 0)),
    nGroups: new Set(sample.groups).size,
    nRuns: runs.length,
  };
}

function newTasks({ experience }: Study, fold: Fold, options: FewShotOptions): Map<number, NewTask> {
  const byGroup = new Map<number, number[]>();
  for (const row of fold.judged) {
    const group = experience.groups[row]!;
    byGroup.set(group, [...(byGroup.get(group) ?? []), row]);
  }
  const most = options.ownRuns.at(-1) ?? 0;
  const tasks = new Map<number, NewTask>();
  for (const [group, rows] of byGroup) {
    const order = shuffled(rows, randomFrom(seedFor(options.seed, `own-${group}`)));
    const nJudged = Math.ceil(order.length / 3);
    if (order.length - nJudged >= Math.max(most, 1)) {
      tasks.set(group, { judged: order.slice(0, nJudged), pool: order.slice(nJudged, nJudged + most) });
    }
  }
  return tasks;
}

function foldOutcomes(study: Study, fold: Fold, options: FewShotOptions): Judged[] {
  const { experience, seed } = study;
  const tasks = newTasks(study, fold, options);
  if (tasks.size === 0) return [];
  const part = trainingPart(experience, fold.train, { seed: seedFor(seed, "part"), groupPower: 0 });
  const plain = new FittedKernel(part.training);
  const level = promisedLevel(part, plain, options.bound);
  const pools = [...tasks.values()].flatMap((task) => task.pool);
  const training = withRoomFor(part, pools);
  const kernel = new FittedKernel(training, plain.smoothing);
  const oneGroup = 1 / (new Set(part.training.groups).size + 1);
  const at = new Map(pools.map((row, index) => [row, part.rows.length + index]));
  return [...tasks].flatMap(([group, task]) =>
    options.ownRuns.flatMap((ownRuns) => {
      const own = task.pool.slice(0, ownRuns);
      for (const row of own)
        training.weights[at.get(row)!] = ((options.ownWeight ?? 10) * oneGroup) / own.length;
      const chosen = task.judged.map((row) => {
        const prediction = predictionOf(kernel.predict(experience.features[row]!), part.candidates.length);
        return settingAt(prediction, part.candidates, { bound: options.bound, level });
      });
      for (const row of own) training.weights[at.get(row)!] = 0;
      return task.judged.map((row, index): Judged => {
        const cell = row * experience.table.nSettings + chosen[index]!;
        const { saving, emLoss } = experience.table;
        return { group, ownRuns, saving: saving[cell]!, emLoss: emLoss[cell]! };
      });
    }),
  );
}

/** The training set of a part with further runs that have no weight yet. */
function withRoomFor(
  { training, experience, candidates }: TrainingPart,
  rows: readonly number[],
): TrainingSet {
  const further = targetsOf(rowsOf(experience.table, rows), candidates);
  const targets = new Float32Array(training.targets.length + further.length);
  targets.set(training.targets);
  targets.set(further, training.targets.length);
  const mostGroups = Math.max(...training.groups) + 1;
  return {
    ...training,
    features: [...training.features, ...rows.map((row) => experience.features[row]!)],
    targets,
    weights: Float64Array.of(...training.weights, ...rows.map(() => 0)),
    groups: Int32Array.of(...training.groups, ...rows.map((row) => mostGroups + experience.groups[row]!)),
  };
}

function levelsOf(bound: Bound): readonly number[] {
  return choiceLevels[bound.kind === "tail" ? "tail" : "mean"].constraint;
}

function settingAt(
  prediction: PolicyPrediction,
  candidates: readonly number[],
  { bound, level }: { bound: Bound; level: number },
): number {
  const path = { kind: "constraint" as const, levels: [level] };
  return candidates[chooseAlong(prediction.saving, riskOf(prediction, bound), path)[0]!]!;
}

/** The level of the constraint that keeps the bound on held-out predictions of the training part; 0 where none does. */
function promisedLevel(part: TrainingPart, kernel: FittedKernel, bound: Bound): number {
  const { experience, rows, candidates } = part;
  const levels = levelsOf(bound);
  const settings = Int32Array.from(
    rows.flatMap((_, run) => {
      const prediction = predictionOf(kernel.predictHeldOut(run), candidates.length);
      const path = { kind: "constraint" as const, levels };
      return Array.from(
        chooseAlong(prediction.saving, riskOf(prediction, bound), path),
        (k) => candidates[k]!,
      );
    }),
  );
  const complete = [...rows.keys()].filter((index) => experience.complete[rows[index]!]!);
  const sample = sampleOf(complete, (index) => experience.groups[rows[index]!]!, "group");
  const outcomes = outcomesOfSettings(experience.table, rows, settings);
  const chosen = safestBest([outcomes], (it) => levelQualities(it, sample, bound), {
    bound,
    caution: 0.5,
    further: "largest",
  });
  return chosen === undefined ? 0 : levels[chosen.level]!;
}
