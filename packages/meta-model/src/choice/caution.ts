/** Standard errors that a promise keeps free where groups are many. */
const least = 0.5;
/** Groups at which the errors that are kept free have doubled. */
const few = 12;

/**
 * Standard errors of the held-out risk that a promise keeps free under its bound: half of one where groups are many, and
 * more where they are few, since the error itself is then estimated from few.
 *
 * @param nGroups groups that the risk was measured on
 */
export function cautionFor(nGroups: number): number {
  return least * (1 + few / Math.max(nGroups, 1));
}
