import { InvalidInputError, type Curve, type Decision, type SimplePolicy } from "@stopwise/core";
import {
  contextOf,
  isWarm,
  observationAt,
  outcomeAt,
  parsePolicy,
  type Replayed,
  stalenessSchema,
} from "@stopwise/policies";
import { semanticsOf } from "../registry.ts";
import { trainerStop } from "./stop-index.ts";
import type { TrainerSemantics } from "./trainer-semantics.ts";

/** What a trainer's own stopper would have done, and where it had to part from the policy. */
export interface ReplayedSemantics extends Replayed {
  readonly notes: readonly string[];
}

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

type StalenessParams = ReturnType<typeof stalenessSchema.parse>;

/** Baseline and uncounted evaluations as the trainer's own options; what it has not is refused. */
function ownOptions(
  { baseline, baselineRole = "gate", countAfter }: StalenessParams,
  trainer: TrainerSemantics,
): Readonly<Record<string, number>> {
  if (baseline !== undefined && trainer.baselineRole !== baselineRole) {
    const has = trainer.baselineRole === undefined ? "none" : `one that is a ${trainer.baselineRole}`;
    refuse(
      trainer,
      `cannot take a baseline that is a ${baselineRole}, it has ${has}`,
      trainer.baselineRole === undefined
        ? "Leave params.baseline out."
        : `Give params.baselineRole "${trainer.baselineRole}".`,
    );
  }
  if (countAfter !== undefined && countAfter > 0 && trainer.uncountedOption === undefined) {
    refuse(trainer, "counts every evaluation", "Leave params.countAfter out, or replay without --semantics.");
  }
  return {
    ...(baseline === undefined ? {} : { baseline }),
    ...(trainer.uncountedOption === undefined ? {} : { [trainer.uncountedOption]: countAfter ?? 0 }),
  };
}

/** The warm-up as the trainer's own option, and what is lost on the way. */
interface Skipped {
  readonly options: Readonly<Record<string, number>>;
  readonly notes: readonly string[];
}

function skipped({ warmup }: SimplePolicy, curve: Curve, { name, skipOption }: TrainerSemantics): Skipped {
  if (warmup === undefined) return { options: {}, notes: [] };
  if (skipOption === undefined) return { options: {}, notes: [`${name} has no warm-up: replayed without.`] };
  const { planned } = contextOf(curve);
  let first = 0;
  while (first < curve.nCheckpoints && !isWarm(warmup, observationAt(curve, first), planned)) first++;
  const notes = warmup.updatesBest
    ? [`${name} leaves the evaluations of a warm-up out of the best: replayed so.`]
    : [];
  return { options: { [skipOption]: first }, notes };
}

/**
 * What a trainer's own stopper, set to a policy's numbers, would have done on a recorded run: the policy's patience
 * (threshold), minDelta, direction, monitor and warm-up are handed to the trainer's rule as they are, and its margin,
 * tie and NaN rules are the trainer's. The same numbers may stop elsewhere than {@link replay}, which is the point.
 *
 * Exact to the trainer: it may stop at step 0 where its rule does. Missing values of the curve are NaN to it. What the
 * trainer cannot do about a warm-up is told in `notes` and at the end of the reason.
 *
 * @param policy a staleness policy in evaluations, as JSON
 * @param curve the recorded run
 * @param name trainer or alias
 * @throws {InvalidInputError} when the policy is not valid, or no staleness in evaluations.
 */
export function replaySemantics(policy: unknown, curve: Curve, name: string): ReplayedSemantics {
  const trainer = semanticsOf(name);
  const parsed = asStaleness(policy, trainer);
  const params = stalenessSchema.parse(parsed.params);
  const { minDelta } = params;
  const { options: warmupOptions, notes } = skipped(parsed, curve, trainer);
  const options = { ...warmupOptions, ...ownOptions(params, trainer) };
  const { direction: mode, threshold: patience } = parsed;
  const values = curve[parsed.monitor];
  const stop =
    patience === null
      ? { index: null, reason: null }
      : trainerStop(name, values, { mode, patience, minDelta, options });
  const at = stop.index ?? curve.nCheckpoints - 1;
  const value = values[at] ?? Number.NaN;
  const tokens = curve.tokens[at] ?? Number.NaN;
  const decision: Decision = {
    action: stop.index === null ? "continue" : "stop",
    reason: [stop.reason ?? `${trainer.name} does not stop this run.`, ...notes].join(" "),
    criterion: trainer.name,
    value: Number.isNaN(value) ? null : value,
    threshold: parsed.threshold,
    step: curve.step[at] ?? 0,
    tokens: Number.isNaN(tokens) ? null : tokens,
  };
  return { ...outcomeAt(curve, stop.index, parsed.delivery), decision, notes };
}
