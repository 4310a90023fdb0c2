import { type Curve, upperNormalQuantile } from "@stopwise/core";
import { differenceNoise, samplingDeviation } from "../statistic/evaluation-noise.ts";
import { medianOf } from "../statistic/smoothing.ts";

/** Number of last differences that the noise is estimated from. */
const recentDifferences = 20;

const known = (values: Float64Array): number[] => [...values].filter((value) => !Number.isNaN(value));

/** Losses within a factor two of the smallest positive one, in order. */
function nearBest(losses: Float64Array): number[] {
  const values = known(losses);
  const smallest = Math.min(...values);
  return smallest > 0 ? values.filter((value) => value <= 2 * smallest) : values;
}

/**
 * Standard deviation of one evaluation around the true quality.
 *
 * Binomial, sqrt(p (1 - p) / n) at the run's best p, for `match` metrics whose evaluation-set size n is known. Else from
 * the last 20 differences d of the curve: 1.4826 median |d - median d| / sqrt 2, which a steady trend does not move.
 * (The same questions at every checkpoint make errors of neighbouring checkpoints alike: the binomial is an upper
 * value.) Of a loss only values within a factor two of the smallest count, so that a descent or a divergence is not
 * taken for noise. 0 with fewer than three differences.
 */
export function evaluationNoise(curve: Curve): number {
  const series = curve.kind === "loss" ? nearBest(curve.evalLoss) : known(curve.quality);
  if (curve.metricClass === "match" && curve.evalSize > 0 && series.length > 0) {
    return samplingDeviation(Math.max(...series), curve.evalSize);
  }
  const differences = series
    .slice(1)
    .map((value, i) => value - series[i]!)
    .slice(-recentDifferences);
  return differenceNoise(differences);
}

/** Expected largest of k independent standard normal values; Blom's approximation, within 0.02 for k >= 2. */
function expectedMaximum(k: number): number {
  return k <= 1 ? 0 : upperNormalQuantile((k - 0.375) / (k + 0.25));
}

/** Checkpoints on the final plateau: from the first that comes within one deviation of the running three-point mean's top. */
function plateauLength(curve: Curve, sigma: number): number {
  const sign = curve.kind === "loss" ? -1 : 1;
  const values = [...(curve.kind === "loss" ? curve.evalLoss : curve.quality)]
    .filter((value) => !Number.isNaN(value))
    .map((value) => sign * value);
  const smooth = values.map((_, i) => medianOf(values.slice(Math.max(0, i - 1), i + 2)));
  const top = Math.max(...smooth);
  return smooth.filter((value) => value >= top - sigma).length;
}

/**
 * The noise floor: the mean loss that evaluation noise alone makes, for a rule that stops at the first checkpoint of
 * each run's plateau, where the true quality has come as high as it gets.
 *
 * Of a run whose plateau has k evaluations of standard deviation sigma the best on record is the largest of k noisy
 * values, sigma * E[max of k standard normals] above the truth, though waiting for it gains nothing. k counts the
 * checkpoints whose three-point running median lies within sigma of its top; sigma is {@link evaluationNoise}. For
 * loss-only runs relative to the smallest loss.
 *
 * @param curves the recorded runs
 * @param weights per run `[nRuns]`; equal where absent
 * @returns the weighted mean, 0 for no curves
 */
export function noiseFloor(curves: readonly Curve[], weights?: ArrayLike<number>): number {
  let total = 0;
  let sum = 0;
  curves.forEach((curve, run) => {
    const weight = weights?.[run] ?? 1;
    total += weight;
    sum += weight * noiseFloorOf(curve);
  });
  return total > 0 ? sum / total : 0;
}

function noiseFloorOf(curve: Curve): number {
  const sigma = evaluationNoise(curve);
  if (sigma === 0) return 0;
  const floor = sigma * expectedMaximum(plateauLength(curve, sigma));
  if (curve.kind === "quality") return floor;
  const smallest = Math.min(...curve.evalLoss.filter((value) => !Number.isNaN(value)));
  return smallest > 0 ? floor / smallest : 0;
}
