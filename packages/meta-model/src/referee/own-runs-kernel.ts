import type { Bound } from "../certificates/bound.ts";
import { chooseAlong, choiceLevels } from "../choice/choose.ts";
import { predictionOf, riskOf, targetsOf, type PolicyPrediction } from "../choice/prediction.ts";
import { trainingPart, type TrainingPart } from "../choice/training-part.ts";
import type { TrainingSet } from "../estimators/estimator.ts";
import { FittedKernel } from "../estimators/kernel.ts";
import { rowsOf } from "../portfolio/outcome-table.ts";
import { seedFor } from "@stopwise/core/random";
import { defaultCaution, safestBest } from "./decide.ts";
import { outcomesOfSettings } from "./level-outcomes.ts";
import { levelQualities, sampleOf } from "./level-quality.ts";
import type { Fold, Study } from "./study.ts";

/**
 * Kernel-weighted recommendations of one fold, to which runs of a new task can be added: they weigh as much as a number of
 * groups together, and the rule of choice stays as the training part fixed it.
 */
export class OwnRunsKernel {
  readonly #study: Study;
  readonly #part: TrainingPart;
  readonly #plain: FittedKernel;
  readonly #withOwn: FittedKernel;
  readonly #training: TrainingSet;
  readonly #at: ReadonlyMap<number, number>;

  /**
   * Fits on the training part of a fold.
   *
   * @param study the runs
   * @param fold what is learned from
   * @param pool rows that may be added
   */
  constructor(study: Study, fold: Fold, pool: readonly number[]) {
    this.#study = study;
    this.#part = trainingPart(study.experience, fold.train, {
      seed: seedFor(study.seed, "part"),
      groupPower: 0,
    });
    this.#plain = new FittedKernel(this.#part.training);
    this.#training = withRoomFor(this.#part, pool);
    this.#withOwn = new FittedKernel(this.#training, this.#plain.smoothing);
    this.#at = new Map(pool.map((row, index) => [row, this.#part.rows.length + index]));
  }

  /** The level of the constraint that keeps the bound on held-out predictions of the training part; 0 where none does. */
  level(bound: Bound): number {
    return promisedLevel(this.#part, this.#plain, bound);
  }

  /**
   * The settings that are chosen for some rows, `[nRows]`, once own runs are known: rows of the pool, each weighing the
   * same, all together `ownWeight` groups.
   */
  settings(
    rows: readonly number[],
    own: readonly number[],
    { bound, level, ownWeight }: { bound: Bound; level: number; ownWeight: number },
  ): Int32Array {
    const { candidates, training } = this.#part;
    const oneGroup = 1 / (new Set(training.groups).size + 1);
    for (const row of own) this.#training.weights[this.#at.get(row)!] = (ownWeight * oneGroup) / own.length;
    const chosen = Int32Array.from(rows, (row) => {
      const predicted = this.#withOwn.predict(this.#study.experience.features[row]!);
      return settingAt(predictionOf(predicted, candidates.length), candidates, { bound, level });
    });
    for (const row of own) this.#training.weights[this.#at.get(row)!] = 0;
    return chosen;
  }
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
    caution: defaultCaution,
    further: "largest",
  });
  return chosen === undefined ? 0 : levels[chosen.level]!;
}
