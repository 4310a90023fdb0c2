import { clipOf, levelOf, type Bound } from "./bound.ts";
import { meanRisk, type GroupRisk } from "./group-risk.ts";

/** The setting that calibration chose. */
export interface Calibrated {
  /** Index of the most aggressive admissible setting; 0 is never-stop. */
  readonly setting: number;
  readonly nGroups: number;
  /** Mean risk of that setting over the calibration groups. */
  readonly risk: number;
}

/**
 * Conformal risk control: the most aggressive setting whose (n * risk + B) / (n + 1) <= level, where B is the largest
 * possible loss (1 for a tail).
 *
 * Event: the bounded loss of a run drawn from a new group has expectation <= level. Probability: none beyond the
 * expectation, which is over the calibration groups and the new group together. Assumption: the groups are
 * exchangeable and the loss is monotone in the setting (the envelope makes it so).
 *
 * @param groupRisks `[nGroups, nSettings]`, safest setting first; no groups gives never-stop
 * @see Angelopoulos, Bates, Fisch, Lei, Schuster 2024, Conformal Risk Control, eq. 4
 */
export function conformalRiskControl(groupRisks: GroupRisk, bound: Bound): Calibrated {
  const n = groupRisks.groups.length;
  const risk = meanRisk(groupRisks);
  const level = levelOf(bound);
  let setting = 0;
  for (let candidate = 1; candidate < risk.length; candidate++) {
    if ((n * risk[candidate]! + clipOf(bound)) / (n + 1) <= level + 1e-12) setting = candidate;
    else break;
  }
  return { setting, nGroups: n, risk: risk[setting] ?? 0 };
}
