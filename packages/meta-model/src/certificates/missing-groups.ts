import { clipOf, levelOf, type Bound } from "./bound.ts";
import { hoeffdingBentkus } from "./high-probability.ts";

/** Whether n groups without any loss would let a bound certify more than never-stop. */
function suffices(bound: Bound, n: number): boolean {
  if (bound.kind !== "high-probability") return clipOf(bound) / (n + 1) <= levelOf(bound) + 1e-12;
  return hoeffdingBentkus(0, n, bound.maxEmLoss / clipOf(bound)) <= (bound.alpha ?? 0.1);
}

/**
 * The smallest number of calibration groups with which a bound can certify anything: 1/alpha - 1 for a tail,
 * B/bound - 1 for a mean, and what the test needs at zero observed risk for high probability.
 *
 * @example groupsNeeded({ kind: "tail", maxEmLoss: 0.01, alpha: 0.1 }) // 9
 */
export function groupsNeeded(bound: Bound): number {
  let high = 1;
  while (!suffices(bound, high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(bound, middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Calibration groups that are still missing for a bound, 0 when there are enough. */
export function missingGroups(bound: Bound, nGroups: number): number {
  return Math.max(0, groupsNeeded(bound) - nGroups);
}
