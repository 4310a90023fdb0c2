import { InvalidInputError, type Curve, type Decision, type SimplePolicy } from "@stopwise/core";
import { stalenessSchema } from "../criteria/staleness.ts";
import { outcomeAt } from "../outcome.ts";
import { parsePolicy } from "../parse-policy.ts";
import type { Replayed } from "../replay.ts";
import { isWarm } from "../warmup.ts";
import { observationAt } from "../observation.ts";
import { semanticsOf } from "./registry.ts";
import { trainerStop, type TrainerSettingsInput } from "./stop-index.ts";
import type { TrainerSemantics } from "./trainer-semantics.ts";

function refuse(trainer: TrainerSemantics, rule: string, hint: string): never {
  throw new InvalidInputError(`semantics ${trainer.name} ${rule}.`, hint);
}

function asStaleness(policy: unknown, trainer: TrainerSemantics): SimplePolicy {
  const parsed = parsePolicy(policy);
  if (parsed.criterion !== "staleness" || "of" in parsed) {
    refuse(trainer, `takes a staleness policy, got ${parsed.criterion}`, "Replay it without --semantics.");
  }
  const { unit } = stalenessSchema.parse(parsed.params);
  if (unit !== "evals")
    refuse(trainer, `counts patience in evaluations, got ${unit}`, 'Give params.unit "evals".');
  return parsed;
}

/** The evaluations that the warm-up leaves out, as the trainer's own option. */
function skipped(policy: SimplePolicy, curve: Curve, trainer: TrainerSemantics): Record<string, number> {
  const { warmup } = policy;
  if (warmup === undefined) return {};
  if (trainer.skipOption === undefined)
    refuse(trainer, "has no warm-up", "Leave warmup out, or choose another target.");
  if (warmup.updatesBest) {
    refuse(trainer, "leaves warm-up evaluations out of the best", "Give warmup.updatesBest false.");
  }
  let first = 0;
  while (first < curve.nCheckpoints && !isWarm(warmup, observationAt(curve, first))) first++;
  return { [trainer.skipOption]: first };
}

function settingsOf(
  policy: SimplePolicy,
  curve: Curve,
  trainer: TrainerSemantics,
): TrainerSettingsInput | null {
  if (policy.threshold === null) return null;
  const { minDelta } = stalenessSchema.parse(policy.params);
  return {
    mode: policy.direction,
    patience: policy.threshold,
    minDelta,
    options: skipped(policy, curve, trainer),
  };
}

/**
 * What a trainer's own stopper, set to a policy's numbers, would have done on a recorded run: the policy's patience
 * (threshold), minDelta, direction, monitor and warm-up are handed to the trainer's rule as they are, and its margin,
 * tie and NaN rules are the trainer's. The same numbers may stop elsewhere than {@link replay}, which is the point.
 *
 * Exact to the trainer: it may stop at step 0 where its rule does. Missing values of the curve are NaN to it.
 *
 * @param policy a staleness policy in evaluations, as JSON
 * @param curve the recorded run
 * @param name trainer or alias
 * @throws {InvalidInputError} when the policy is not valid or has what the trainer does not.
 */
export function replaySemantics(policy: unknown, curve: Curve, name: string): Replayed {
  const trainer = semanticsOf(name);
  const parsed = asStaleness(policy, trainer);
  const settings = settingsOf(parsed, curve, trainer);
  const values = curve[parsed.monitor];
  const stop = settings === null ? { index: null, reason: null } : trainerStop(name, values, settings);
  const at = stop.index ?? curve.nCheckpoints - 1;
  const value = values[at] ?? Number.NaN;
  const tokens = curve.tokens[at] ?? Number.NaN;
  const decision: Decision = {
    action: stop.index === null ? "continue" : "stop",
    reason: stop.reason ?? `${trainer.name} does not stop this run.`,
    criterion: trainer.name,
    value: Number.isNaN(value) ? null : value,
    threshold: parsed.threshold,
    step: curve.step[at] ?? 0,
    tokens: Number.isNaN(tokens) ? null : tokens,
  };
  return { ...outcomeAt(curve, stop.index, parsed.delivery), decision };
}
