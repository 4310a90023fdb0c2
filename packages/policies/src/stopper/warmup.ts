import type { Warmup } from "@stopwise/core";
import { progressOf } from "./context.ts";
import type { PlannedLength } from "../statistic/contract.ts";
import type { Observation } from "./observation.ts";

/**
 * Whether a checkpoint lies beyond the warm-up: at least `evals` checkpoints came before it, its step and tokens have
 * reached `steps` and `tokens`, and `fraction` of the plan is done; all that are given must hold. What cannot be told
 * (tokens not logged, plan unknown) does not hold: the run goes on.
 */
export function isWarm(
  warmup: Warmup | undefined,
  observation: Observation,
  planned?: PlannedLength,
): boolean {
  if (warmup === undefined) return true;
  const { evals, steps, tokens, fraction } = warmup;
  return (
    (evals === undefined || observation.index >= evals) &&
    (steps === undefined || observation.step >= steps) &&
    (tokens === undefined || observation.tokens >= tokens) &&
    (fraction === undefined || progressOf(observation, planned) >= fraction)
  );
}
