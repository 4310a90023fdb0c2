import type { TrainingSet } from "./estimator.ts";

/** Squared difference that a value known on one side only stands for, in units of the feature's spread. */
const unknownPenalty = 1;
const categoryPenalty = 2;

/**
 * Squared distance between two tasks: the mean over the features that vary of
 * ((x - y) / spread)^2 for numbers (capped at 9), 2 for different categories, 1 where only one side is known, 0 where
 * neither is.
 */
export class TaskDistance {
  readonly #scale: Float64Array;
  readonly #isCategory: Uint8Array;
  readonly #nVarying: number;
  /** Share of the runs that know each feature. */
  readonly #known: Float64Array;

  constructor(training: Pick<TrainingSet, "features" | "kinds" | "weights">) {
    const { features, kinds, weights } = training;
    this.#isCategory = Uint8Array.from(kinds, (kind) => (kind === "category" ? 1 : 0));
    this.#scale = Float64Array.from(kinds, (kind, j) =>
      kind === "category" ? 1 : inverseSpread(features, weights, j),
    );
    this.#known = Float64Array.from(kinds, (_, j) => {
      const known = features.filter((row) => !Number.isNaN(row[j]!)).length;
      return known / Math.max(features.length, 1);
    });
    let varying = 0;
    kinds.forEach((_, j) => {
      const first = features[0]?.[j];
      if (features.some((row) => !Object.is(row[j], first))) varying++;
    });
    this.#nVarying = Math.max(varying, 1);
  }

  /** Squared distance, >= 0; about 2 between two random tasks of the training set. */
  between(a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < this.#scale.length; j++) {
      const x = a[j]!;
      const y = b[j]!;
      const xUnknown = x !== x;
      if (xUnknown || y !== y) {
        if (xUnknown !== (y !== y)) sum += unknownPenalty;
      } else if (this.#isCategory[j] === 1) {
        if (x !== y) sum += categoryPenalty;
      } else {
        const difference = (x - y) * this.#scale[j]!;
        sum += Math.min(difference * difference, 9);
      }
    }
    return sum / this.#nVarying;
  }

  /**
   * How far a new task lies from a past run, for the out-of-distribution gate: the mean over the features that vary of
   * the squared differences as in `between`, a different category counting 4, and for what is unknown of the new task
   * half the share of past runs that know it. Unknown of the past run alone counts 1.
   */
  toPast(task: Float64Array, past: Float64Array): number {
    let sum = 0;
    for (let j = 0; j < this.#scale.length; j++) {
      const x = task[j]!;
      const y = past[j]!;
      if (x !== x) sum += this.#known[j]! / 2;
      else if (y !== y) sum += unknownPenalty;
      else if (this.#isCategory[j] === 1) sum += x === y ? 0 : 2 * categoryPenalty;
      else sum += Math.min(((x - y) * this.#scale[j]!) ** 2, 9);
    }
    return sum / this.#nVarying;
  }
}

/** 1 / weighted standard deviation of the known values of a feature; 1 where it does not vary. */
function inverseSpread(features: readonly Float64Array[], weights: Float64Array, j: number): number {
  let [total, mean, square] = [0, 0, 0];
  features.forEach((row, run) => {
    const value = row[j]!;
    if (Number.isNaN(value)) return;
    const weight = weights[run]!;
    total += weight;
    const step = ((value - mean) * weight) / total;
    square += weight * (value - mean) * (value - mean - step);
    mean += step;
  });
  const spread = Math.sqrt(square / total);
  return spread > 1e-9 ? 1 / spread : 1;
}
