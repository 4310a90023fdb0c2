import type { FeatureImportance } from "../report-data.ts";
import { seededOrder } from "./seeded-order.ts";

/** What a predictor is tried on; the entries belong together, `[nRuns]`. */
export interface HeldOutTargets {
  /** `[nRuns][nFeatures]`, NaN where unknown. */
  readonly features: readonly Float64Array[];
  /** What should have been predicted, `[nRuns][nTargets]`. */
  readonly targets: readonly Float64Array[];
  /** Sum 1. */
  readonly weights: Float64Array;
}

/** Predicts targets `[nTargets]` from features `[nFeatures]`. */
export type Predict = (features: Float64Array) => Float64Array;

/** Weighted variance of each target, `[nTargets]`. */
function variances({ targets, weights }: HeldOutTargets): Float64Array {
  const n = targets[0]?.length ?? 0;
  return Float64Array.from({ length: n }, (_, k) => {
    const mean = targets.reduce((sum, row, run) => sum + weights[run]! * row[k]!, 0);
    return targets.reduce((sum, row, run) => sum + weights[run]! * (row[k]! - mean) ** 2, 0);
  });
}

/**
 * Share of the targets' variance that predictions leave unexplained: the mean over targets of the weighted mean squared
 * error over the weighted variance, 1 - R^2. Targets that do not vary are left out; 0 when none varies.
 */
function unexplained(
  predictions: readonly Float64Array[],
  data: HeldOutTargets,
  variance: Float64Array,
): number {
  let [sum, n] = [0, 0];
  variance.forEach((spread, k) => {
    if (!(spread > 1e-12)) return;
    n += 1;
    data.targets.forEach((row, run) => {
      sum += (data.weights[run]! * (row[k]! - predictions[run]![k]!) ** 2) / spread;
    });
  });
  return n === 0 ? 0 : sum / n;
}

/**
 * Permutation importance (Breiman 2001): the rise of the unexplained share of variance on held-out runs when one feature
 * is shuffled among them; mean and standard deviation over shuffles. 0 for a feature that is the same in every run. A
 * feature that another one repeats has little.
 *
 * @param predict fitted on other runs
 * @param data held-out runs with what happened
 * @param options how it is shuffled
 * @param options.names of the features, `[nFeatures]`
 * @param options.nShuffles >= 1; the spread of one is 0
 * @param options.seed same seed, same shuffles
 */
export function permutationImportance(
  predict: Predict,
  data: HeldOutTargets,
  options: { readonly names: readonly string[]; readonly nShuffles: number; readonly seed: number },
): FeatureImportance[] {
  const variance = variances(data);
  const base = unexplained(data.features.map(predict), data, variance);
  return options.names.map((feature, f) => {
    const values = data.features.map((row) => row[f]!);
    if (values.every((value) => Object.is(value, values[0]))) return { feature, importance: 0, spread: 0 };
    const rises = Array.from({ length: options.nShuffles }, (_, shuffle) => {
      const order = seededOrder(values.length, options.seed + 1000 * f + shuffle);
      const predictions = data.features.map((row, run) => {
        const value = values[order[run]!]!;
        return predict(Object.is(value, row[f]) ? row : row.with(f, value));
      });
      return unexplained(predictions, data, variance) - base;
    });
    const importance = rises.reduce((sum, rise) => sum + rise, 0) / rises.length;
    const squares = rises.reduce((sum, rise) => sum + (rise - importance) ** 2, 0);
    return { feature, importance, spread: Math.sqrt(squares / Math.max(1, rises.length - 1)) };
  });
}
