import { binSlots, columnOffset, statistics, type Histogram } from "./histogram.ts";
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

/** Sums of one side of a split. */
interface Sums {
  gradient: number;
  weight: number;
  rows: number;
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
export function bestSplit(histogram: Histogram, active: Uint16Array, rules: SplitRules): Split | undefined {
  let best: Split | undefined;
  for (let k = 0; k < active.length; k++) {
    const found = bestOfColumn(
      histogram.subarray(columnOffset(k), columnOffset(k + 1)),
      rules,
      best?.gain ?? 1e-12,
    );
    if (found !== undefined) best = { ...found, feature: active[k]! };
  }
  return best;
}

function bestOfColumn(
  bins: Float64Array,
  rules: SplitRules,
  atLeast: number,
): Omit<Split, "feature"> | undefined {
  const missing: Sums = { gradient: bins[0]!, weight: bins[1]!, rows: bins[2]! };
  const total: Sums = { gradient: 0, weight: 0, rows: 0 };
  let last = 0;
  for (let bin = 0; bin < binSlots; bin++) {
    const at = bin * statistics;
    if (bins[at + 2]! < 0.5) continue;
    total.gradient += bins[at]!;
    total.weight += bins[at + 1]!;
    total.rows += bins[at + 2]!;
    last = bin;
  }
  const parent = strength(total.gradient, total.weight, rules.l2);
  let best: Omit<Split, "feature"> | undefined;
  let bar = atLeast;
  const left: Sums = { gradient: 0, weight: 0, rows: 0 };
  for (let bin = 1; bin <= last; bin++) {
    const at = bin * statistics;
    if (bins[at + 2]! < 0.5) continue;
    left.gradient += bins[at]!;
    left.weight += bins[at + 1]!;
    left.rows += bins[at + 2]!;
    for (let side = 0; side < 2; side++) {
      const missingLeft = side === 0;
      if (missingLeft && missing.rows < 0.5) continue;
      const gain = gainOf(left, missingLeft ? missing : undefined, total, rules) - parent;
      if (!(gain > bar)) continue;
      bar = gain;
      best = { gain, bin, missingLeft: missing.rows < 0.5 ? left.rows * 2 > total.rows : missingLeft };
    }
  }
  return best;
}

function gainOf(known: Sums, missing: Sums | undefined, total: Sums, rules: SplitRules): number {
  const rows = known.rows + (missing?.rows ?? 0);
  const weight = known.weight + (missing?.weight ?? 0);
  if (rows < rules.minRows || total.rows - rows < rules.minRows) return -1;
  if (weight < rules.minWeight || total.weight - weight < rules.minWeight) return -1;
  const gradient = known.gradient + (missing?.gradient ?? 0);
  return (
    strength(gradient, weight, rules.l2) +
    strength(total.gradient - gradient, total.weight - weight, rules.l2)
  );
}
