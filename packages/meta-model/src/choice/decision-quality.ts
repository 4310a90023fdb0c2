import { clipOf, levelOf, type Bound } from "../certificates/bound.ts";

/** Outcomes that a rule gave, with the weights that runs are judged by. */
export interface Judged {
  /** `[nRuns]` */
  readonly saving: ArrayLike<number>;
  /** `[nRuns]` */
  readonly emLoss: ArrayLike<number>;
}

/** Mean saving and mean risk of what a rule gave, and how the risk spreads over groups. */
export interface Quality {
  readonly saving: number;
  readonly risk: number;
  /** Standard error of the risk, groups being independent draws; +infinity with one group. */
  readonly riskError: number;
  readonly nGroups: number;
  /** Groups with a mean risk above a thousandth, and the sum of their mean risks. */
  readonly nLosing: number;
  readonly losingRisk: number;
  /** Largest mean risk of a group. */
  readonly worstRisk: number;
}

/** Never stopping: nothing saved, nothing lost. */
export const neverQuality: Quality = {
  saving: 0,
  risk: 0,
  riskError: 0,
  nGroups: 0,
  nLosing: 0,
  losingRisk: 0,
  worstRisk: 0,
};

/** What is kept free under the level of a bound. */
export interface Margin {
  /** In standard errors of the risk. */
  readonly caution: number;
  /** Calibration groups to come, whose rule (n risk + B) / (n + 1) shall be kept as well; none when absent. */
  readonly nCalibration?: number;
  /** Risk of one further group, as bad as groups that lose, that is counted beside the n that were seen. */
  readonly severity?: number;
}

/**
 * How much a further group may lose: the mean, or the largest, over the groups that lose at levels whose risk is at most
 * three times the bound. A few groups without any loss do not show that nothing can be lost. The clip B where no level
 * shows a loss.
 *
 * @param qualities every level of a path
 */
export function severityOf(
  qualities: readonly Quality[],
  bound: Bound,
  which: "mean" | "largest" = "mean",
): number {
  let [sum, count, worst] = [0, 0, 0];
  for (const { risk, losingRisk, nLosing, worstRisk } of qualities) {
    if (risk <= 0 || risk > 3 * levelOf(bound)) continue;
    sum += losingRisk;
    count += nLosing;
    worst = Math.max(worst, worstRisk);
  }
  if (count === 0) return clipOf(bound);
  return which === "mean" ? sum / count : worst;
}

/**
 * Whether out-of-fold quality keeps a bound with a margin: risk + caution x standard error + severity / (n + 1) stays
 * under its level.
 */
export function isSafe(quality: Quality, bound: Bound, margin: Margin): boolean {
  const { caution, nCalibration = Infinity, severity = 0 } = margin;
  const { risk, riskError, nGroups } = quality;
  const further = severity === 0 ? 0 : severity / (nGroups + 1);
  const cautious = (risk === 0 && riskError === 0 ? 0 : risk + caution * riskError) + further;
  const inflated =
    nCalibration === Infinity ? cautious : (nCalibration * cautious + clipOf(bound)) / (nCalibration + 1);
  return inflated <= levelOf(bound) + 1e-12;
}
