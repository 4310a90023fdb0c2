import type { Curve, SimplePolicy } from "@stopwise/core";
import { criterionSeries } from "@stopwise/policies";
import type { InRunLearner } from "@stopwise/learners";

/**
 * A hand-made criterion in the place of a learned one: nothing is learned, only its threshold is fitted by the referee.
 *
 * @param name of the criterion's rows
 * @param policy criterion and parameters; its threshold is not used
 */
export function criterionLearner(name: string, policy: SimplePolicy): InRunLearner {
  const series = (curve: Curve): Float64Array => {
    const isLoss = curve.kind === "loss" && policy.monitor === "quality";
    return criterionSeries(isLoss ? { ...policy, monitor: "evalLoss", direction: "min" } : policy, curve).z;
  };
  return {
    name,
    fit: ({ curves }) => ({ model: { series }, heldOut: curves.map(series) }),
  };
}
