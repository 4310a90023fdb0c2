/** An interval from the errors on held-out groups, around a prediction. */
export interface HeldOutInterval {
  /** Added to the prediction, the lower and the upper end. */
  readonly low: number;
  readonly high: number;
  /** Probability that a run of a new group exchangeable with these falls inside. */
  readonly level: number;
  readonly nGroups: number;
}

/** Groups below which no interval is told: two order statistics of three values hold half of what comes next. */
export const fewestGroups = 3;
/** What an interval leaves out on each side, where the groups are enough for so little. */
const tail = 0.05;

/**
 * The interval between two weighted order statistics of held-out errors: on either side a weight of
 * max(0.05, 1 / (n + 1)) is left out, where each of the n groups weighs 1 / (n + 1), shared by its errors, and the rest of
 * 1 lies beyond every error.
 *
 * A run of a new group, exchangeable with the n groups, falls inside with probability at least 1 - 2 max(0.05, 1 / (n + 1)):
 * 0.9 from 19 groups on, less below, and the level says how much. Undefined below `fewestGroups`.
 *
 * @param errors observed minus predicted without the group; one or more per group
 * @see Lee, Barber, Willett 2023, "Distribution-free inference with hierarchical data", eq. 8
 */
export function heldOutInterval(
  errors: readonly { readonly group: string; readonly error: number }[],
): HeldOutInterval | undefined {
  const size = new Map<string, number>();
  for (const { group } of errors) size.set(group, (size.get(group) ?? 0) + 1);
  const n = size.size;
  if (n < fewestGroups) return undefined;
  const left = Math.max(tail, 1 / (n + 1));
  const weighted = errors.map(({ group, error }) => ({ error, weight: 1 / ((n + 1) * size.get(group)!) }));
  const reach = (sign: 1 | -1): number => {
    const sorted = weighted.toSorted((a, b) => sign * (a.error - b.error));
    let sum = 0;
    const found = sorted.find(({ weight }) => (sum += weight) >= 1 - left - 1e-9);
    return (found ?? sorted.at(-1)!).error;
  };
  return { low: reach(-1), high: reach(1), level: 1 - 2 * left, nGroups: n };
}
