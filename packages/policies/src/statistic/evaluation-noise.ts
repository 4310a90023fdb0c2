import { medianOf } from "./smoothing.ts";

/**
 * Sampling standard deviation of the share of right answers among n questions: sqrt(p (1 - p) / n), with one right and
 * one wrong answer added to p so that 0 and 1 are not taken for certain.
 */
export function samplingDeviation(p: number, n: number): number {
  const smoothed = (p * n + 1) / (n + 2);
  return Math.sqrt((smoothed * (1 - smoothed)) / n);
}

/**
 * Standard deviation of one evaluation from the differences of consecutive ones: 1.4826 median |d - median d| / sqrt 2,
 * which a steady trend and single leaps do not move; 0 for fewer than three.
 */
export function differenceNoise(differences: readonly number[]): number {
  if (differences.length < 3) return 0;
  const centre = medianOf(differences);
  return (1.4826 * medianOf(differences.map((d) => Math.abs(d - centre)))) / Math.SQRT2;
}

/**
 * The least improvement of an exact-match score that is more than sampling error: one standard error of the difference
 * of two evaluations, sqrt(2 p (1 - p) / n).
 *
 * @param evalSize questions in the evaluation set, n
 * @param quality the score around which improvements are judged, p; 0.5 is the most careful
 * @example defaultMinDelta(1000, 0.8) // about 0.018
 */
export function defaultMinDelta(evalSize: number, quality = 0.5): number {
  return Math.SQRT2 * samplingDeviation(quality, evalSize);
}
