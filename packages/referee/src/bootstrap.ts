import { randomFrom } from "@stopwise/core/random";

/** Draws of a group bootstrap: how often each group was drawn, `[nDraws, nGroups]`. */
export interface GroupDraws {
  readonly nDraws: number;
  readonly nGroups: number;
  readonly counts: Uint16Array;
}

/** Draws nGroups groups with replacement, nDraws times, from a seeded stream. */
export function drawGroups(nGroups: number, nDraws: number, seed: number): GroupDraws {
  const random = randomFrom(seed);
  const counts = new Uint16Array(nDraws * nGroups);
  for (let draw = 0; draw < nDraws; draw++) {
    for (let k = 0; k < nGroups; k++) counts[draw * nGroups + Math.floor(random() * nGroups)]! += 1;
  }
  return { nDraws, nGroups, counts };
}

/**
 * Weighted means over bootstrap draws, ascending, `[nDraws]`: sum c_g w_g x_g / sum c_g w_g.
 *
 * @param draws the bootstrap draws
 * @param sums weighted sum of the value in each group, `[nGroups]`
 * @param weights weight of each group, `[nGroups]`
 */
export function bootstrapMeans(draws: GroupDraws, sums: Float64Array, weights: Float64Array): Float64Array {
  const means = new Float64Array(draws.nDraws);
  for (let draw = 0; draw < draws.nDraws; draw++) {
    let [value, weight] = [0, 0];
    for (let group = 0; group < draws.nGroups; group++) {
      const count = draws.counts[draw * draws.nGroups + group]!;
      value += count * sums[group]!;
      weight += count * weights[group]!;
    }
    means[draw] = value / weight;
  }
  return means.sort();
}

/** The order statistic at a share of ascending values: index floor(share * n), held inside; NaN when empty. */
export function orderStatistic(ascending: ArrayLike<number>, share: number): number {
  const index = Math.min(ascending.length - 1, Math.max(0, Math.floor(share * ascending.length)));
  return ascending[index] ?? Number.NaN;
}
