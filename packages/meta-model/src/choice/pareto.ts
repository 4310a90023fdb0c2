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
  const front: number[] = [];
  for (let k = nextOnFront(saving, emLoss, -1); k >= 0; k = nextOnFront(saving, emLoss, saving[k]!)) {
    front.push(k);
  }
  return front;
}

/** The least loss that saves more than `best`, ties by the larger saving, then the earlier; -1 when none does. A front is short: no sort pays. */
function nextOnFront(saving: ArrayLike<number>, emLoss: ArrayLike<number>, best: number): number {
  let next = -1;
  for (let k = 0; k < saving.length; k++) {
    if (!(saving[k]! > best + 1e-9) || Number.isNaN(emLoss[k])) continue;
    const isBefore =
      next < 0 || emLoss[k]! < emLoss[next]! || (emLoss[k] === emLoss[next] && saving[k]! > saving[next]!);
    if (isBefore) next = k;
  }
  return next;
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
