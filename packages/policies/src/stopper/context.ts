import { type PlannedLength, type StopperContext } from "../statistic/contract.ts";
import type { Curve } from "@stopwise/core";
import type { Observation } from "./observation.ts";

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/** The context that a recorded run gives to a replay: its plan and the size of its evaluation set. */
export function contextOf(curve: Curve, context: StopperContext = {}): StopperContext {
  const planned = { steps: known(curve.plannedSteps), [curve.costUnit]: known(curve.plannedCost) };
  return { planned, evalSize: known(curve.evalSize), ...context };
}

/**
 * Share of the plan that is done, by tokens, else steps, else epochs; NaN where no plan is known.
 */
export function progressOf(observation: Observation, planned: PlannedLength | undefined): number {
  if (planned === undefined) return Number.NaN;
  const byTokens = observation.tokens / (planned.tokens ?? Number.NaN);
  if (!Number.isNaN(byTokens)) return byTokens;
  const bySteps = observation.step / (planned.steps ?? Number.NaN);
  if (!Number.isNaN(bySteps)) return bySteps;
  return observation.epoch / (planned.epochs ?? Number.NaN);
}
