import { statistics, type Histogram, type HistogramLayout } from "./histogram.ts";
import type { SplitRule } from "./tree.ts";

/** What a split must keep to. */
export interface SplitRules {
  /** Fewest rows in a leaf. */
  readonly minRows: number;
  /** Smallest sum of row weights in a leaf. */
  readonly minWeight: number;
  /** Ridge penalty on leaf values, in units of row weight. */
  readonly l2: number;
}

/** A candidate split of one leaf. */
export interface Split extends SplitRule {
  readonly gain: number;
}

/** What a split of a leaf is judged by: the rules, and sums over its rows. */
interface Leaf extends SplitRules {
  readonly gradient: number;
  readonly weight: number;
  readonly rows: number;
}

/**
 * The split that lowers the squared error of the gradients most, over all active columns, cuts and both ways for
 * missing rows: gain = GL^2/(WL + l2) + GR^2/(WR + l2) - G^2/(W + l2). `undefined` when none is allowed or gains.
 *
 * @see Chen and Guestrin 2016, equation 7, with the squared loss's constant curvature
 */
export function bestSplit(
  histogram: Histogram,
  { active, offsets }: HistogramLayout,
  rules: SplitRules,
): Split | undefined {
  if (active.length === 0) return undefined;
  const leaf = leafOf(histogram, offsets[1]!, rules);
  let best: Split | undefined;
  for (let k = 0; k < active.length; k++) {
    const column = { from: offsets[k]!, to: offsets[k + 1]!, feature: active[k]! };
    best = bestOfColumn(histogram, column, leaf, best) ?? best;
  }
  return best;
}

/** A leaf's sums, from the bins of its first column: every row has one in each column. */
function leafOf(bins: Histogram, to: number, { minRows, minWeight, l2 }: SplitRules): Leaf {
  let [gradient, weight, rows] = [0, 0, 0];
  for (let at = 0; at < to; at += statistics) {
    gradient += bins[at]!;
    weight += bins[at + 1]!;
    rows += bins[at + 2]!;
  }
  return { minRows, minWeight, l2, gradient, weight, rows };
}

/**
 * The best split of one column where it gains more than `before`; sums are plain numbers, as this is the hot loop, and a
 * gain is compared without dividing: it has to exceed `bar`, both sides multiplied by the product of the two weights.
 */
function bestOfColumn(
  bins: Float64Array,
  { from, to, feature }: { from: number; to: number; feature: number },
  { minRows, minWeight, l2, gradient, weight, rows }: Leaf,
  before: Split | undefined,
): Split | undefined {
  const penalty = l2 + 1e-12;
  const parent = (gradient * gradient) / (weight + penalty);
  const hasMissing = bins[from + 2]! >= 0.5;
  const mostLeft = rows - minRows;
  let best: Split | undefined;
  let bar = parent + (before?.gain ?? 1e-12);
  let [leftGradient, leftWeight, leftRows] = [0, 0, 0];
  for (let bin = 1, at = from + statistics; at < to; bin++, at += statistics) {
    if (bins[at + 2]! < 0.5) continue;
    leftGradient += bins[at]!;
    leftWeight += bins[at + 1]!;
    leftRows += bins[at + 2]!;
    if (leftRows > mostLeft) break;
    for (let side = hasMissing ? 0 : 1; side < 2; side++) {
      const missingLeft = side === 0;
      const n = missingLeft ? leftRows + bins[from + 2]! : leftRows;
      const w = missingLeft ? leftWeight + bins[from + 1]! : leftWeight;
      if (n < minRows || n > mostLeft || w < minWeight || weight - w < minWeight) continue;
      const g = missingLeft ? leftGradient + bins[from]! : leftGradient;
      const wl = w + penalty;
      const wr = weight - w + penalty;
      const sum = g * g * wr + (gradient - g) * (gradient - g) * wl;
      if (!(sum > bar * wl * wr)) continue;
      bar = sum / (wl * wr);
      best = {
        feature,
        gain: bar - parent,
        bin,
        missingLeft: hasMissing ? missingLeft : leftRows * 2 > rows,
      };
    }
  }
  return best;
}
