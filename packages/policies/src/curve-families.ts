/** A learning-curve family at one setting of its shape: y = a + b f(t), where f falls from about 1 to 0 as t grows. */
export type CurveShape = (t: number) => number;

const powers = [0.1, 0.25, 0.5, 1, 2].map(
  (c): CurveShape =>
    (t) =>
      t ** -c,
);
const exponentials = [2, 4, 8, 16, 32, 64, 128, 256].map(
  (tau): CurveShape =>
    (t) =>
      Math.exp(-t / tau),
);
const logistics = [4, 16, 64, 256].map(
  (tau): CurveShape =>
    (t) =>
      1 / (1 + (t / tau) ** 2),
);

/**
 * Power law t^-c, exponential exp(-t / tau) and logistic in log time 1 / (1 + (t / tau)^2), over grids of their shape. t is
 * the cost in units of the first checkpoint's, so that the unit of cost does not matter.
 */
export const curveShapes: readonly CurveShape[] = [...powers, ...exponentials, ...logistics];

/** Sums that a weighted straight-line fit of y on f needs; one entry per shape. */
export interface FitMemory {
  weight: number;
  count: number;
  sumY: number;
  sumYY: number;
  readonly sumF: number[];
  readonly sumFF: number[];
  readonly sumFY: number[];
}

/** Nothing fitted yet. */
export function emptyFit(): FitMemory {
  const zeros = (): number[] => curveShapes.map(() => 0);
  return { weight: 0, count: 0, sumY: 0, sumYY: 0, sumF: zeros(), sumFF: zeros(), sumFY: zeros() };
}

/** Adds a point; earlier points keep `memory` of their weight. O(number of shapes). */
export function addPoint(fit: FitMemory, t: number, y: number, memory: number): void {
  fit.weight = memory * fit.weight + 1;
  fit.count += 1;
  fit.sumY = memory * fit.sumY + y;
  fit.sumYY = memory * fit.sumYY + y * y;
  curveShapes.forEach((shape, k) => {
    const f = shape(t);
    fit.sumF[k] = memory * fit.sumF[k]! + f;
    fit.sumFF[k] = memory * fit.sumFF[k]! + f * f;
    fit.sumFY[k] = memory * fit.sumFY[k]! + f * y;
  });
}

/** What one shape predicts at a time: the mean, the standard deviation of an evaluation there, and how well it fits. */
export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
  readonly residual: number;
}

/** Least noise that is believed, in units of the score: curves are logged with four digits. */
const leastNoise = 1e-4;

/** The prediction of shape k at time t by weighted least squares; null where its points do not tell a and b apart. */
export function predictAt(fit: FitMemory, k: number, t: number): Prediction | null {
  const { weight } = fit;
  const meanF = fit.sumF[k]! / weight;
  const meanY = fit.sumY / weight;
  const spread = fit.sumFF[k]! - weight * meanF * meanF;
  if (!(spread > 1e-12 * Math.max(fit.sumFF[k]!, 1e-300))) return null;
  const cross = fit.sumFY[k]! - weight * meanF * meanY;
  const slope = cross / spread;
  const residual = Math.max(0, fit.sumYY - weight * meanY * meanY - slope * cross);
  const variance = residual / Math.max(weight - 2, 1) + leastNoise ** 2;
  const f = curveShapes[k]!(t) - meanF;
  return {
    mean: meanY + slope * f,
    deviation: Math.sqrt(variance * (1 + 1 / weight + (f * f) / spread)),
    residual: residual + weight * leastNoise ** 2,
  };
}
