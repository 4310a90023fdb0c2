import { groupMeans } from "./group-means.ts";
import type { OutcomeTable } from "./outcome-table.ts";

/** Prices of a unit of EM loss, in units of saving, at which a portfolio should serve every group. */
const prices = [3, 10, 30, 100];

/** How far a portfolio is reduced. */
export interface ReduceOptions {
  /** Largest number of settings kept. */
  readonly size: number;
  /** Settings that may be chosen; default all. */
  readonly allowed?: (setting: number) => boolean;
}

/**
 * Greedy portfolio reduction: starting from never-stop, adds the setting that most raises
 * sum over groups and prices of max over chosen settings of (saving - price * loss), until `size` settings are chosen
 * or none adds anything. The result serves every group with small regret against the whole portfolio.
 *
 * @param table outcomes `[nRuns, nSettings]`
 * @param groups group number of each run
 * @param options `size`, the largest number of settings kept, and `allowed`, the settings that may be chosen
 * @returns chosen settings, ascending; 0 (never-stop) is always among them
 * @see Nemhauser, Wolsey, Fisher 1978 (greedy is within 1 - 1/e); Feurer et al. 2022, Auto-Sklearn 2.0
 */
export function reducePortfolio(
  table: OutcomeTable,
  groups: ArrayLike<number>,
  options: ReduceOptions,
): number[] {
  const { size, allowed = () => true } = options;
  const utility = utilities(table, groups);
  const best = new Float64Array(utility.length === 0 ? 0 : utility[0]!.length);
  const chosen = new Set([0]);
  const open = Array.from({ length: table.nSettings }, (_, setting) => setting).filter(allowed);
  while (chosen.size < size) {
    let [winner, most] = [-1, 1e-9];
    for (const setting of open) {
      if (chosen.has(setting)) continue;
      const gain = gainOver(best, utility[setting]!);
      if (gain > most) [winner, most] = [setting, gain];
    }
    if (winner < 0) break;
    chosen.add(winner);
    utility[winner]!.forEach((value, row) => (best[row] = Math.max(best[row]!, value)));
  }
  return [...chosen].sort((a, b) => a - b);
}

function gainOver(best: Float64Array, candidate: Float64Array): number {
  let gain = 0;
  for (let row = 0; row < best.length; row++) gain += Math.max(0, candidate[row]! - best[row]!);
  return gain;
}

/** Per setting the utilities of every (group, price), `[nSettings][nGroups * nPrices]`. */
function utilities(table: OutcomeTable, groups: ArrayLike<number>): Float64Array[] {
  const means = groupMeans(table, groups);
  return Array.from({ length: table.nSettings }, (_, setting) => {
    const row = new Float64Array(means.nGroups * prices.length);
    for (let group = 0; group < means.nGroups; group++) {
      const cell = group * means.nSettings + setting;
      prices.forEach((price, index) => {
        row[group * prices.length + index] = means.saving[cell]! - price * means.emLoss[cell]!;
      });
    }
    return row;
  });
}
