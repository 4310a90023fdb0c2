import { checkBound, type Bound } from "./bound.ts";
import { groupRisk, type LossTable } from "./group-risk.ts";
import { fixedSequenceTest } from "./high-probability.ts";
import { conformalRiskControl, type Calibrated } from "./risk-control.ts";

/**
 * Moves the one scalar of a family of settings to where the bound is certified on the calibration runs.
 *
 * @param table losses of the calibration runs `[nRuns, nSettings]`, safest setting first
 * @param bound what is bounded, and the rule that goes with it
 * @throws InvalidInputError when the bound means nothing
 */
export function calibrate(table: LossTable, bound: Bound): Calibrated {
  checkBound(bound);
  const risks = groupRisk(table, bound);
  return bound.kind === "high-probability"
    ? fixedSequenceTest(risks, bound)
    : conformalRiskControl(risks, bound);
}
