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

/**
 * The interval between two order statistics of held-out errors: the k-th smallest of the groups' smallest errors and the
 * k-th largest of their largest ones, with k = max(1, floor((n + 1) / 20)).
 *
 * A run of a new group, exchangeable with the n groups, falls inside with probability at least 1 - 2k / (n + 1): 0.9
 * from 19 groups on, less below, and the level says how much. Undefined below `fewestGroups`.
 *
 * @param errors observed minus predicted without the group; one or more per group
 * @see Vovk, Gammerman, Shafer 2005 (conformal prediction); Lee, Barber, Willett 2023 (groups)
 */
export function heldOutInterval(
  errors: readonly { readonly group: string; readonly error: number }[],
): HeldOutInterval | undefined {
  const extremes = new Map<string, { least: number; most: number }>();
  for (const { group, error } of errors) {
    const known = extremes.get(group);
    extremes.set(group, {
      least: Math.min(known?.least ?? error, error),
      most: Math.max(known?.most ?? error, error),
    });
  }
  const n = extremes.size;
  if (n < fewestGroups) return undefined;
  const k = Math.max(1, Math.floor((n + 1) / 20));
  const least = [...extremes.values()].map((it) => it.least).sort((a, b) => a - b);
  const most = [...extremes.values()].map((it) => it.most).sort((a, b) => b - a);
  return { low: least[k - 1]!, high: most[k - 1]!, level: 1 - (2 * k) / (n + 1), nGroups: n };
}
