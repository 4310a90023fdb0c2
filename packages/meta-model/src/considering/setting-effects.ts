import type { Regulariser, SettingContrast } from "./contrasts.ts";
import type { PredictedChange } from "./data-law.ts";
import { heldOutInterval } from "./held-out-interval.ts";

/** The effect of changing one setting from one level to another; plain data, as in the model file. */
export interface SettingEffect extends PredictedChange {
  readonly setting: Regulariser;
  readonly from: number | string;
  readonly to: number | string;
}

/** Mean of each group's changes. */
function groupMeansOf(contrasts: readonly SettingContrast[]): Map<string, number> {
  const sums = new Map<string, { total: number; n: number }>();
  for (const { group, change } of contrasts) {
    const { total, n } = sums.get(group) ?? { total: 0, n: 0 };
    sums.set(group, { total: total + change, n: n + 1 });
  }
  return new Map([...sums].map(([group, { total, n }]) => [group, total / n]));
}

/**
 * Mean over groups, shrunk to no effect by its own uncertainty: m * m^2 / (m^2 + s^2 / n), with s the standard deviation
 * over groups. One group alone tells no uncertainty, and gives 0.
 */
function shrunkMean(means: readonly number[]): number {
  const n = means.length;
  if (n < 2) return 0;
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const square = mean * mean;
  return square === 0 ? 0 : (mean * square) / (square + variance / n);
}

/**
 * Effects of weight decay, dropout and normalisation on the final best EM, by level, from contrasts within tasks.
 * Changes seen in fewer than three groups are left out: nothing can be told of a further task.
 *
 * @param contrasts pairs of runs that differ in one setting
 */
export function fitSettingEffects(contrasts: readonly SettingContrast[]): SettingEffect[] {
  const byChange = new Map<string, SettingContrast[]>();
  for (const it of contrasts) {
    const key = JSON.stringify([it.setting, it.from, it.to]);
    byChange.set(key, [...(byChange.get(key) ?? []), it]);
  }
  return [...byChange.values()].flatMap((members) => {
    const means = groupMeansOf(members);
    const without = (skip: string): number =>
      shrunkMean([...means].filter(([group]) => group !== skip).map(([, value]) => value));
    const interval = heldOutInterval(
      members.map(({ group, change }) => ({ group, error: change - without(group) })),
    );
    if (interval === undefined) return [];
    const { setting, from, to } = members[0]!;
    const mean = shrunkMean([...means.values()]);
    return [{ setting, from, to, ...interval, mean, low: mean + interval.low, high: mean + interval.high }];
  });
}
