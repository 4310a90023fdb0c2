import { InvalidInputError } from "@stopwise/core";

/**
 * What a user asks to be bounded.
 *
 * - `tail`: P(EM loss > maxEmLoss) <= alpha.
 * - `mean`: E[min(EM loss, clip)] <= maxEmLoss.
 * - `high-probability`: with probability 1 - alpha over the calibration groups, E[min(EM loss, clip)] <= maxEmLoss.
 *
 * `maxEmLoss` is an absolute fraction (0.01 = one point); for runs that only have a loss it is the relative loss
 * increase.
 */
export interface Bound {
  readonly kind: "tail" | "mean" | "high-probability";
  readonly maxEmLoss: number;
  /** Miscoverage level of `tail`, failure probability of `high-probability`; not used by `mean`. */
  readonly alpha?: number;
  /** Largest loss that counts in a mean; default 0.2. */
  readonly clip?: number;
}

/** Loss at which a mean is clipped unless the bound says otherwise. */
export const defaultClip = 0.2;

/** The clip B of a bound; 1 for a tail bound, whose loss is an indicator. */
export function clipOf(bound: Bound): number {
  return bound.kind === "tail" ? 1 : (bound.clip ?? defaultClip);
}

/** The level that the risk of a bound is held under: alpha for a tail, else `maxEmLoss`. */
export function levelOf(bound: Bound): number {
  return bound.kind === "tail" ? (bound.alpha ?? 0.1) : bound.maxEmLoss;
}

/** Losses are kept in single precision: a loss of exactly the bound is not above it. */
const rounding = 1e-7;

/** The loss whose mean a bound controls: an indicator for a tail, else the clipped EM loss. NaN stays NaN. */
export function boundedLoss(bound: Bound, emLoss: number): number {
  if (bound.kind !== "tail") return Math.min(emLoss, clipOf(bound));
  return Number.isNaN(emLoss) ? Number.NaN : emLoss > bound.maxEmLoss + rounding ? 1 : 0;
}

/**
 * Refuses a bound that means nothing.
 *
 * @throws InvalidInputError when a level is outside its range
 */
export function checkBound(bound: Bound): void {
  const { maxEmLoss, alpha, kind } = bound;
  if (!(maxEmLoss > 0)) {
    throw new InvalidInputError(`maxEmLoss must be > 0, got ${maxEmLoss}.`, "Use 0.01 for one point.");
  }
  if (kind !== "mean" && alpha !== undefined && !(alpha > 0 && alpha < 1)) {
    throw new InvalidInputError(`alpha must be in (0, 1), got ${alpha}.`, "Use 0.1 for 90 % confidence.");
  }
  if (kind !== "tail" && !(clipOf(bound) > maxEmLoss)) {
    throw new InvalidInputError(
      `clip must be above maxEmLoss ${maxEmLoss}, got ${clipOf(bound)}.`,
      "Give a larger clip.",
    );
  }
}
