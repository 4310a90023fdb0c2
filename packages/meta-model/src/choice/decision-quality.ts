import { boundedLoss, levelOf, type Bound } from "../certificates/bound.ts";

/** Outcomes that a rule gave, with the weights that runs are judged by. */
export interface Judged {
  /** `[nRuns]` */
  readonly saving: ArrayLike<number>;
  /** `[nRuns]` */
  readonly emLoss: ArrayLike<number>;
}

/** How runs are averaged: each group 1 (its runs equal), or each run 1. */
export type Weighting = "group" | "run";

/** Weight of each run, `[nRuns]`, summing to 1. */
export function runWeights(groups: ArrayLike<number>, weighting: Weighting): Float64Array {
  const size = new Map<number, number>();
  for (let run = 0; run < groups.length; run++) size.set(groups[run]!, (size.get(groups[run]!) ?? 0) + 1);
  const weights = Float64Array.from({ length: groups.length }, (_, run) =>
    weighting === "run" ? 1 / groups.length : 1 / (size.get(groups[run]!)! * size.size),
  );
  return weights;
}

/** Mean saving and mean risk of what a rule gave, and the standard error of the risk over groups. */
export interface Quality {
  readonly saving: number;
  readonly risk: number;
  readonly riskError: number;
}

/**
 * Weighted mean saving and risk; the standard error treats groups as independent draws.
 *
 * @param judged outcomes `[nRuns]`
 * @param weights of runs, summing to 1
 * @param groups group number of each run
 */
export function qualityOf(
  judged: Judged,
  bound: Bound,
  { weights, groups }: { weights: Float64Array; groups: ArrayLike<number> },
): Quality {
  let [saving, risk] = [0, 0];
  const byGroup = new Map<number, [weight: number, risk: number]>();
  for (let run = 0; run < weights.length; run++) {
    const weight = weights[run]!;
    const loss = boundedLoss(bound, judged.emLoss[run]!);
    saving += weight * judged.saving[run]!;
    risk += weight * loss;
    const sums = byGroup.get(groups[run]!) ?? [0, 0];
    byGroup.set(groups[run]!, sums);
    sums[0] += weight;
    sums[1] += weight * loss;
  }
  let variance = 0;
  for (const [weight, sum] of byGroup.values()) variance += (sum - weight * risk) ** 2;
  const n = byGroup.size;
  return { saving, risk, riskError: n > 1 ? Math.sqrt((variance * n) / (n - 1)) : Infinity };
}

/**
 * Whether out-of-fold quality lets a promise be made: risk + caution x standard error + (largest loss / (n + 1)) x
 * finite-sample share stays under the level of the bound.
 */
export function isSafe(quality: Quality, bound: Bound, caution: number): boolean {
  if (quality.risk === 0 && quality.riskError === 0) return true;
  return quality.risk + caution * quality.riskError <= levelOf(bound);
}
