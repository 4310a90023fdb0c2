import { levelOf, type Bound } from "../certificates/bound.ts";

/** Outcomes that a rule gave, with the weights that runs are judged by. */
export interface Judged {
  /** `[nRuns]` */
  readonly saving: ArrayLike<number>;
  /** `[nRuns]` */
  readonly emLoss: ArrayLike<number>;
}

/** Mean saving and mean risk of what a rule gave, and the standard error of the risk over groups. */
export interface Quality {
  readonly saving: number;
  readonly risk: number;
  readonly riskError: number;
}

/**
 * Whether out-of-fold quality lets a promise be made: risk + caution x standard error stays under the level of the
 * bound.
 */
export function isSafe(quality: Quality, bound: Bound, caution: number): boolean {
  if (quality.risk === 0 && quality.riskError === 0) return true;
  return quality.risk + caution * quality.riskError <= levelOf(bound);
}
