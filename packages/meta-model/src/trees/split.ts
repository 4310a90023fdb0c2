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

function strength(gradient: number, weight: number, l2: number): number {
  return (gradient * gradient) / (weight + l2 + 1e-12);
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
  let best: Split | undefined;
  for (let k = 0; k < active.length; k++) {
    const column = { from: offsets[k]!, to: offsets[k + 1]!, feature: active[k]! };
    best = bestOfColumn(histogram, column, rules, best) ?? best;
  }
  return best;
}

/** The best split of one column where it gains more than `before`; sums are plain numbers, as this is the hot loop. */
function bestOfColumn(
  bins: Float64Array,
  { from, to, feature }: { from: number; to: number; feature: number },
  rules: SplitRules,
  before: Split | undefined,
): Split | undefined {
  const { minRows, minWeight, l2 } = rules;
  let [gradient, weight, rows, last] = [0, 0, 0, 0];
  for (let at = from; at < to; at += statistics) {
    if (bins[at + 2]! < 0.5) continue;
    gradient += bins[at]!;
    weight += bins[at + 1]!;
    rows += bins[at + 2]!;
    last = at;
  }
  const parent = strength(gradient, weight, l2);
  const hasMissing = bins[from + 2]! >= 0.5;
  let best: Split | undefined;
  let bar = before?.gain ?? 1e-12;
  let [leftGradient, leftWeight, leftRows] = [0, 0, 0];
  for (let bin = 1, at = from + statistics; at <= last; bin++, at += statistics) {
    if (bins[at + 2]! < 0.5) continue;
    leftGradient += bins[at]!;
    leftWeight += bins[at + 1]!;
    leftRows += bins[at + 2]!;
    for (let side = hasMissing ? 0 : 1; side < 2; side++) {
      const missingLeft = side === 0;
      const n = missingLeft ? leftRows + bins[from + 2]! : leftRows;
      const w = missingLeft ? leftWeight + bins[from + 1]! : leftWeight;
      if (n < minRows || rows - n < minRows || w < minWeight || weight - w < minWeight) continue;
      const g = missingLeft ? leftGradient + bins[from]! : leftGradient;
      const gain = strength(g, w, l2) + strength(gradient - g, weight - w, l2) - parent;
      if (!(gain > bar)) continue;
      bar = gain;
      best = { feature, gain, bin, missingLeft: hasMissing ? missingLeft : leftRows * 2 > rows };
    }
  }
  return best;
}
