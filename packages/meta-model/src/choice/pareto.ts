/** A choice: what it saves, and what it loses. */
export interface TradeOff {
  readonly saving: number;
  readonly emLoss: number;
}

/**
 * The choices that no other beats in both saving and loss, as indices by rising loss, so that the saving rises too. Equal
 * choices count once, the first; a NaN is never on the front.
 *
 * @param saving `[nChoices]`
 * @param emLoss `[nChoices]`
 */
export function paretoFront(saving: ArrayLike<number>, emLoss: ArrayLike<number>): number[] {
  const order = Array.from({ length: saving.length }, (_, index) => index)
    .filter((index) => !Number.isNaN(saving[index]) && !Number.isNaN(emLoss[index]))
    .sort((a, b) => emLoss[a]! - emLoss[b]! || saving[b]! - saving[a]! || a - b);
  let best = -1;
  return order.filter((index) => {
    if (saving[index]! <= best + 1e-9) return false;
    best = saving[index]!;
    return true;
  });
}

/**
 * The weighted choice: the largest saving - pointWorth x (loss in points), where pointWorth is the saving, a share of the
 * cost, that one point (0.01) of loss is worth. Ties go to the earlier point; undefined for no points.
 *
 * @param points what is chosen from
 * @param pointWorth saving per point of loss, > 0: 0.05 gives a point of EM for 5 % of the tokens, not for less
 * @example weightedChoice([{ saving: 0, emLoss: 0 }, { saving: 0.3, emLoss: 0.02 }], 0.1) // 1
 */
export function weightedChoice(points: readonly TradeOff[], pointWorth: number): number | undefined {
  const score = ({ saving, emLoss }: TradeOff): number => saving - pointWorth * 100 * emLoss;
  let best: number | undefined;
  points.forEach((point, index) => {
    if (best === undefined || score(point) > score(points[best]!) + 1e-12) best = index;
  });
  return best;
}
