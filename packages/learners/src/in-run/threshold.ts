import type { Curve } from "@stopwise/core";
import { firstPassages } from "@stopwise/policies";
import { remainingGain } from "./gain-rows.ts";

/** What a threshold has to keep, over groups that weigh 1 each and whose runs weigh the same. */
export type ThresholdBound =
  | { readonly kind: "mean"; readonly maxEmLoss: number }
  | { readonly kind: "tail"; readonly maxEmLoss: number; readonly alpha: number };

/** Runs on which a threshold is chosen; entries belong together, `[nRuns]`. */
export interface ThresholdSample {
  /** The statistic of each run, from a fit that saw no run of its group. */
  readonly series: readonly Float64Array[];
  readonly curves: readonly Curve[];
  readonly groups: ArrayLike<number | string>;
}

/** A threshold with what it does on the sample that it was chosen on. */
export interface ChosenThreshold {
  /** Infinity: never stop. */
  readonly threshold: number;
  readonly saving: number;
  /** Mean loss, or the share of weight over the bound. */
  readonly risk: number;
}

/** Up to `size` thresholds at equal steps through the statistic's values before each run's end, ascending. */
export function thresholdGrid({ series, curves }: ThresholdSample, size: number): Float64Array {
  const values = series.flatMap((z, run) => [...z.subarray(curves[run]!.firstStop, -1)]);
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const steps = Math.min(size, sorted.length);
  const picked = Array.from(
    { length: steps },
    (_, k) => sorted[Math.floor((k * (sorted.length - 1)) / Math.max(1, steps - 1))]!,
  );
  return Float64Array.from(new Set(picked));
}

/**
 * The threshold with the largest mean saving among those that keep the bound together with every higher one, chosen on
 * held-out statistics: a promise, no certificate. Losses over `best` delivery; runs of a loss only count their relative
 * loss increase.
 */
export function calibrateThreshold(
  sample: ThresholdSample,
  bound: ThresholdBound,
  size = 400,
): ChosenThreshold {
  const thresholds = thresholdGrid(sample, size);
  const { saving, risk } = riskOfThresholds(sample, thresholds, bound);
  const limit = bound.kind === "mean" ? bound.maxEmLoss : bound.alpha;
  let chosen: ChosenThreshold = { threshold: Infinity, saving: 0, risk: 0 };
  for (let k = thresholds.length - 1; k >= 0 && risk[k]! <= limit; k--) {
    chosen = { threshold: thresholds[k]!, saving: saving[k]!, risk: risk[k]! };
  }
  return chosen;
}

/** Group-weighted saving and risk of each threshold (ascending), both `[nThresholds]`. */
export function riskOfThresholds(
  { series, curves, groups }: ThresholdSample,
  thresholds: Float64Array,
  bound: ThresholdBound,
): { saving: Float64Array; risk: Float64Array } {
  const size = new Map<number | string, number>();
  for (let run = 0; run < curves.length; run++) size.set(groups[run]!, (size.get(groups[run]!) ?? 0) + 1);
  const saving = new Float64Array(thresholds.length);
  const risk = new Float64Array(thresholds.length);
  curves.forEach((curve, run) => {
    const weight = 1 / (size.size * size.get(groups[run]!)!);
    const loss = remainingGain(curve);
    const stops = firstPassages(series[run]!, curve.firstStop, thresholds);
    const end = curve.cost.at(-1)!;
    stops.forEach((stop, k) => {
      const lost = Number.isNaN(loss[stop]!) ? 0 : loss[stop]!;
      saving[k]! += weight * (1 - curve.cost[stop]! / end);
      risk[k]! += weight * (bound.kind === "mean" ? lost : Number(lost > bound.maxEmLoss));
    });
  });
  return { saving, risk };
}
