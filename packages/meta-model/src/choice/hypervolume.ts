import { paretoFront, type TradeOff } from "./pareto.ts";

/** The point that hypervolumes are measured from: nothing saved, and the largest loss that a predicted mean counts. */
export const hypervolumeReference: TradeOff = { saving: 0, emLoss: 0.2 };

/**
 * Hypervolume of some choices: the area of saving against loss that at least one of them beats, up to the reference, as a
 * share of what a choice that saves everything and loses nothing would beat. In [0, 1]; 0 for no choices. Choices beyond
 * the reference add nothing.
 *
 * @param points choices, on the front or not, in any order
 * @param reference the worst saving and loss that count; its saving < 1, its loss > 0
 * @example hypervolume([{ saving: 0.5, emLoss: 0.1 }], { saving: 0, emLoss: 0.2 }) // 0.25
 * @see Zitzler and Thiele 1999, IEEE Transactions on Evolutionary Computation 3(4)
 */
export function hypervolume(points: readonly TradeOff[], reference = hypervolumeReference): number {
  const front = paretoFront(
    points.map((point) => point.saving),
    points.map((point) => point.emLoss),
  );
  let [area, reached] = [0, reference.saving];
  for (const index of front) {
    const { saving, emLoss } = points[index]!;
    if (saving <= reached || emLoss >= reference.emLoss) continue;
    area += (saving - reached) * (reference.emLoss - emLoss);
    reached = saving;
  }
  return area / ((1 - reference.saving) * reference.emLoss);
}
