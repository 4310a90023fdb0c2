import { seedFor } from "@stopwise/core/random";
import {
  type Bound,
  choiceLevels,
  type ChoiceRule,
  chooseAlong,
  levelQualities,
  nTargetsOf,
  outcomesOfSettings,
  type PolicyPrediction,
  predictionOf,
  riskOf,
  rowsOf,
  sampleOf,
  targetsOf,
  trainingPart,
  type TrainingPart,
} from "@stopwise/meta-model";
import { FittedKernel, type TrainingSet } from "@stopwise/learners";
import { credibility } from "./credibility.ts";
import { defaultCaution, safestBest } from "../decide.ts";
import type { Fold, Study } from "../study.ts";

/**
 * What own runs do to a prediction.
 *
 * - `weight`: they join the neighbours and weigh as much as a number of groups together.
 * - `outcomes`: k of them count k / (k + m) and the prediction m / (k + m), m being {@link credibility} x scale.
 * - `residuals`: the same, of the difference between their outcomes and what was predicted for them.
 */
export type OwnRunsUse =
  | { readonly kind: "weight"; readonly groups: number }
  | { readonly kind: "outcomes" | "residuals"; readonly scale: number };

/** Predictions with the share of them that is the own runs', a mean over what was predicted. */
export interface OwnRunsPrediction {
  readonly predictions: readonly PolicyPrediction[];
  readonly ownShare: number;
}

/**
 * Kernel-weighted recommendations of one fold, to which runs of a new task can be added; the rule of choice stays as the
 * training part fixed it.
 */
export class OwnRunsKernel {
  readonly #study: Study;
  readonly #part: TrainingPart;
  readonly #plain: FittedKernel;
  readonly #withOwn: FittedKernel;
  readonly #training: TrainingSet;
  readonly #at: ReadonlyMap<number, number>;
  #worth: Float64Array | undefined;

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

  /**
   * Number of the level of the constraint that keeps the bound on held-out predictions of the training part; 0,
   * never-stop, where none does.
   */
  level(bound: Bound): number {
    return promisedLevel(this.#part, this.#plain, bound);
  }

  /** What is predicted for some rows once own runs, rows of the pool, are known. */
  predict(rows: readonly number[], own: readonly number[], use: OwnRunsUse): OwnRunsPrediction {
    if (own.length === 0) {
      const predictions = rows.map((row) => this.#read(this.#plain.predict(this.#features(row))));
      return { predictions, ownShare: 0 };
    }
    return use.kind === "weight" ? this.#weighted(rows, own, use.groups) : this.#blended(rows, own, use);
  }

  /** The settings that the constraint chooses at every level, `[nRows, nLevels]`. */
  settings(predictions: readonly PolicyPrediction[], bound: Bound): Int32Array {
    return settingsAlong(predictions, this.#part.candidates, { bound, kind: "constraint" });
  }

  /**
   * The setting that is best on some rows together, once their outcomes are known, at every price of a loss, `[nLevels]`;
   * never-stop without rows.
   */
  bestSettings(rows: readonly number[], bound: Bound): Int32Array {
    const prediction = this.#read(this.#meanOutcome(rows));
    return settingsAlong([prediction], this.#part.candidates, { bound, kind: "price" });
  }

  #features(row: number): Float64Array {
    return this.#study.experience.features[row]!;
  }

  #read(row: Float64Array): PolicyPrediction {
    return predictionOf(row, this.#part.candidates.length);
  }

  #weighted(rows: readonly number[], own: readonly number[], groups: number): OwnRunsPrediction {
    const oneGroup = 1 / (new Set(this.#part.training.groups).size + 1);
    for (const row of own) this.#training.weights[this.#at.get(row)!] = (groups * oneGroup) / own.length;
    let ownShare = 0;
    const predictions = rows.map((row) => {
      const { near, share } = this.#withOwn.local(this.#features(row));
      near.runs.forEach((run, k) => {
        if (run >= this.#part.rows.length) ownShare += (share * near.weights[k]!) / rows.length;
      });
      return this.#read(this.#withOwn.predict(this.#features(row)));
    });
    for (const row of own) this.#training.weights[this.#at.get(row)!] = 0;
    return { predictions, ownShare };
  }

  #blended(
    rows: readonly number[],
    own: readonly number[],
    { kind, scale }: Exclude<OwnRunsUse, { kind: "weight" }>,
  ): OwnRunsPrediction {
    const k = own.length;
    const { nTargets } = this.#part.training;
    const worth = this.#credibility();
    const share = worth.map((m) => k / (k + scale * m));
    const shareOf = (t: number): number => share[Math.floor((t * nParts) / nTargets)]!;
    const outcome = this.#meanOutcome(own);
    const expected = new Float64Array(nTargets);
    for (const row of own) {
      this.#plain.predict(this.#features(row)).forEach((value, t) => (expected[t]! += value / k));
    }
    const predictions = rows.map((row) => {
      const prior = this.#plain.predict(this.#features(row));
      const against = kind === "outcomes" ? prior : expected;
      return this.#read(prior.map((value, t) => value + shareOf(t) * (outcome[t]! - against[t]!)));
    });
    return { predictions, ownShare: share.reduce((sum, value) => sum + value, 0) / nParts };
  }

  #credibility(): Float64Array {
    const { training, rows } = this.#part;
    this.#worth ??= credibility(
      training,
      rows.map((_, run) => this.#plain.predictHeldOut(run).slice()),
      nParts,
    );
    return this.#worth;
  }

  #meanOutcome(rows: readonly number[]): Float64Array {
    const { nTargets } = this.#part.training;
    const targets = targetsOf(rowsOf(this.#study.experience.table, rows), this.#part.candidates);
    const mean = new Float64Array(nTargets);
    targets.forEach((value, cell) => (mean[cell % nTargets]! += value / rows.length));
    return mean;
  }
}

/** Saving, loss and the tail events: what targets consist of. */
const nParts = nTargetsOf(1);

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

function levelsOf(bound: Bound, kind: ChoiceRule["kind"]): readonly number[] {
  return choiceLevels[bound.kind === "tail" ? "tail" : "mean"][kind];
}

function settingsAlong(
  predictions: readonly PolicyPrediction[],
  candidates: readonly number[],
  { bound, kind }: { bound: Bound; kind: ChoiceRule["kind"] },
): Int32Array {
  const path = { kind, levels: levelsOf(bound, kind) };
  return Int32Array.from(
    predictions.flatMap((prediction) =>
      Array.from(chooseAlong(prediction.saving, riskOf(prediction, bound), path), (k) => candidates[k]!),
    ),
  );
}

function promisedLevel(part: TrainingPart, kernel: FittedKernel, bound: Bound): number {
  const { experience, rows, candidates } = part;
  const held = rows.map((_, run) => predictionOf(kernel.predictHeldOut(run), candidates.length));
  const settings = settingsAlong(held, candidates, { bound, kind: "constraint" });
  const complete = [...rows.keys()].filter((index) => experience.complete[rows[index]!]!);
  const sample = sampleOf(complete, (index) => experience.groups[rows[index]!]!, "group");
  const outcomes = outcomesOfSettings(experience.table, rows, settings);
  const chosen = safestBest([outcomes], (it) => levelQualities(it, sample, bound), {
    bound,
    caution: defaultCaution,
    further: "largest",
  });
  return chosen?.level ?? 0;
}
