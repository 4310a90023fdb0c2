import { clipOf, type Bound } from "./bound.ts";
import { binomialCdf } from "@stopwise/core";
import { meanRisk, type GroupRisk } from "./group-risk.ts";
import type { Calibrated } from "./risk-control.ts";

/** Relative entropy of Bernoulli(a) against Bernoulli(b). */
function relativeEntropy(a: number, b: number): number {
  const first = a === 0 ? 0 : a * Math.log(a / b);
  return first + (a === 1 ? 0 : (1 - a) * Math.log((1 - a) / (1 - b)));
}

/**
 * Hoeffding-Bentkus p-value of "the mean of a loss in [0, 1] exceeds `level`":
 * min(exp(-n h(min(r, level), level)), e P(Bin(n, level) <= ceil(n r))).
 *
 * @param risk observed mean r in [0, 1]
 * @param n number of independent groups; 0 gives 1
 * @param level risk level in (0, 1)
 * @see Angelopoulos, Bates, Candes, Jordan, Lei 2022, Learn then Test, proposition 2
 */
export function hoeffdingBentkus(risk: number, n: number, level: number): number {
  if (n === 0) return 1;
  const hoeffding = Math.exp(-n * relativeEntropy(Math.min(risk, level), level));
  const bentkus = Math.E * binomialCdf(Math.ceil(n * risk - 1e-9), n, level);
  return Math.min(hoeffding, bentkus, 1);
}

/**
 * Learn then Test with fixed-sequence testing from the safest setting: walk towards the aggressive end and stop at
 * the first setting whose p-value exceeds delta.
 *
 * Event: E[min(loss, B)] <= level for the chosen setting. Probability >= 1 - delta over the calibration groups.
 * Assumption: groups are independent draws; the loss need not be monotone.
 *
 * @param groupRisks `[nGroups, nSettings]`, safest setting first
 */
export function fixedSequenceTest(groupRisks: GroupRisk, bound: Bound): Calibrated {
  const n = groupRisks.groups.length;
  const risk = meanRisk(groupRisks);
  const clip = clipOf(bound);
  const delta = bound.alpha ?? 0.1;
  let setting = 0;
  for (let candidate = 1; candidate < risk.length; candidate++) {
    if (hoeffdingBentkus(risk[candidate]! / clip, n, bound.maxEmLoss / clip) > delta) break;
    setting = candidate;
  }
  return { setting, nGroups: n, risk: risk[setting] ?? 0 };
}
