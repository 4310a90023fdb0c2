import type { Curve, Decision, Outcome, Policy } from "@stopwise/core";
import { contextOf } from "../stopper/context.ts";
import type { StopperContext } from "../statistic/contract.ts";
import { observationAt } from "../stopper/observation.ts";
import { outcomeAt } from "./outcome.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { startRule } from "../stopper/rule.ts";
import { decisionOf } from "../stopper/stopper.ts";

/** What a policy would have done on a recorded run, and why. */
export interface Replayed extends Outcome {
  /** The decision that stopped the run, or the last one; null for an empty curve. */
  readonly decision: Decision | null;
}

/**
 * Replays a policy on a recorded run, exact at the recorded cadence: the checkpoints go one by one through the code
 * that decides live. The stop is the first checkpoint, neither before `curve.firstStop` nor in the warm-up, where the
 * statistic reaches the threshold; a crossing before that counts only if the statistic is still, or again, over the
 * threshold there.
 *
 * A decision to lower the learning rate changes the curve: the replay ends there, with that decision and the outcome of a
 * run to its end; only paired runs tell what it would have brought, see {@link pairedOutcomes}.
 *
 * @param policy validated here
 * @param curve the recorded run; its plan and evaluation-set size are taken unless the context has others
 * @param context what a stopper would know besides
 * @throws {InvalidInputError} when the policy is not valid.
 */
export function replay(policy: unknown, curve: Curve, context: StopperContext = {}): Replayed {
  return replayParsed(parsePolicy(policy, context), curve, context);
}

/** {@link replay} of a policy that has been parsed. */
export function replayParsed(policy: Policy, curve: Curve, context: StopperContext): Replayed {
  const full = contextOf(curve, context);
  const rule = startRule(policy, full);
  for (let i = 0; i < curve.nCheckpoints; i++) {
    const observation = observationAt(curve, i);
    const verdict = rule.observe(observation);
    if (verdict.crossed && verdict.policy.action === undefined) {
      return { ...outcomeAt(curve, i, policy.delivery), decision: decisionOf(verdict, observation, full) };
    }
    if (verdict.crossed || i === curve.nCheckpoints - 1) {
      return { ...outcomeAt(curve, null, policy.delivery), decision: decisionOf(verdict, observation, full) };
    }
  }
  return { ...outcomeAt(curve, null, policy.delivery), decision: null };
}
