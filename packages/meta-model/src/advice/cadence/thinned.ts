import type { Curve } from "@stopwise/core";

/** How many times sparser than recorded past curves are replayed. */
export const thinnings: readonly number[] = [1, 2, 3, 4, 6, 8];

/**
 * A curve as it would have been recorded with an evaluation at every k-th of its checkpoints; the last checkpoint is kept, and
 * the others are counted back from it.
 *
 * @param curve `[nCheckpoints]`
 * @param k whole number >= 1; 1 gives the curve itself
 */
export function thinned(curve: Curve, k: number): Curve {
  if (k === 1) return curve;
  const last = curve.nCheckpoints - 1;
  const kept = (series: Float64Array): Float64Array => series.filter((_, i) => (last - i) % k === 0);
  const cost = kept(curve.cost);
  const firstStop = cost.findIndex((value) => value > 0);
  return {
    ...curve,
    nCheckpoints: cost.length,
    step: kept(curve.step),
    tokens: kept(curve.tokens),
    epoch: kept(curve.epoch),
    quality: kept(curve.quality),
    testQuality: kept(curve.testQuality),
    evalLoss: kept(curve.evalLoss),
    trainLoss: kept(curve.trainLoss),
    gradNorm: kept(curve.gradNorm),
    learningRate: kept(curve.learningRate),
    cost,
    firstStop: firstStop < 0 ? cost.length : firstStop,
  };
}

/** Best quality that was evaluated; 0 where none was. */
export function bestQuality(curve: Curve): number {
  return curve.quality.reduce((best, value) => (value > best ? value : best), 0);
}
