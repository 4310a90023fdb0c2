import { normalCdf } from "@stopwise/core";

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

/** Least noise that is believed, in units of the score: curves are logged with four digits. */
const leastNoise = 1e-4;

/** Shapes that are this much less likely than the best one are left out of the mixture. */
const leastWeight = 1e-6;

/** A straight line of y on f, fitted by weighted least squares. */
interface Line {
  readonly shape: CurveShape;
  readonly meanF: number;
  readonly slope: number;
  readonly spread: number;
  readonly residual: number;
}

/** The fitted line of every shape whose points tell a and b apart. */
function linesOf(fit: FitMemory): Line[] {
  const { weight } = fit;
  const meanY = fit.sumY / weight;
  const total = fit.sumYY - weight * meanY * meanY;
  const lines: Line[] = [];
  for (let k = 0; k < curveShapes.length; k++) {
    const meanF = fit.sumF[k]! / weight;
    const spread = fit.sumFF[k]! - weight * meanF * meanF;
    if (!(spread > 1e-12 * Math.max(fit.sumFF[k]!, 1e-300))) continue;
    const cross = fit.sumFY[k]! - weight * meanF * meanY;
    const residual = Math.max(0, total - (cross * cross) / spread);
    lines.push({ shape: curveShapes[k]!, meanF, slope: cross / spread, spread, residual });
  }
  return lines;
}

/**
 * P(an evaluation at time t is above a level): each shape predicts it with its standard error, and the shapes are mixed by
 * their likelihood, residual^(-n / 2) for n (faded) points. 0 where no shape can be fitted.
 */
export function chanceAbove(fit: FitMemory, t: number, level: number): number {
  const { weight } = fit;
  const floor = weight * leastNoise ** 2;
  const lines = linesOf(fit);
  const least = lines.reduce((smallest, { residual }) => Math.min(smallest, residual), Infinity) + floor;
  let chance = 0;
  let total = 0;
  for (const { shape, meanF, slope, spread, residual } of lines) {
    const likelihood = (least / (residual + floor)) ** (weight / 2);
    if (likelihood < leastWeight) continue;
    const variance = residual / Math.max(weight - 2, 1) + leastNoise ** 2;
    const f = shape(t) - meanF;
    const mean = fit.sumY / weight + slope * f;
    const deviation = Math.sqrt(variance * (1 + 1 / weight + (f * f) / spread));
    chance += likelihood * normalCdf((mean - level) / deviation);
    total += likelihood;
  }
  return total > 0 ? chance / total : 0;
}
