import { InvalidInputError } from "@stopwise/core";
import type { Cadence } from "../cadence.ts";
import type { StopRule } from "../expressible.ts";
import { held, type Parts } from "../patience-trainer.ts";
import { isAtLeast } from "../release.ts";
import { pythonCall } from "../text.ts";
import type { Fidelity, HeldStop, TrainerConfig } from "../trainer.ts";

/** `evaluation_strategy` was renamed, and callback states became restorable, in this release. */
const renamedIn = [4, 41] as const;
/** From this release on the callback warns where it raised without `load_best_model_at_end`. */
const deliversLastFrom = [5, 0] as const;

/** What `EarlyStoppingCallback` can be set to. */
export function callbackRule(version: string): StopRule {
  return {
    stopper: "EarlyStoppingCallback",
    monitors: ["quality", "evalLoss"],
    directions: ["max", "min"],
    units: ["evals"],
    margin: "ratchet",
    warmup: "still",
    warmupInSteps: true,
    tie: "bad",
    nan: ["count"],
    delivery: isAtLeast(version, deliversLastFrom) ? ["best", "last"] : ["best"],
    best: "load_best_model_at_end; save_steps equals eval_steps, so that older releases, which compare with the best saved evaluation, stop alike",
    instead:
      "Ask with --target huggingface for a policy that it can, or call stopwise from a callback of your own.",
  };
}

/** The key under which the Trainer logs what is watched. */
export function evalKey({ metric }: Parts): string {
  return `eval_${metric.name}`;
}

/** `eval_delay` that makes the first `skipped` evaluations not take place. */
function delayOf(skipped: number, cadence: Cadence): number | undefined {
  if (skipped === 0) return undefined;
  if ("steps" in cadence) return (skipped + 1) * cadence.steps;
  throw new InvalidInputError(
    "a warm-up needs the planned steps, which this task does not tell.",
    "Give --max-steps, or --epochs with --dataset-size and --batch-size.",
  );
}

/** The arguments that belong to a stop: cadence, metric, best checkpoint. */
export function trainingArguments(parts: Parts): Record<string, unknown> {
  const { cadence, metric, version, delivery } = parts;
  const every = "steps" in cadence ? cadence.steps : cadence.share;
  const isRenamed = isAtLeast(version, renamedIn);
  const delay = parts.warmupSteps ?? delayOf(parts.warmupEvals, cadence);
  return {
    [isRenamed ? "eval_strategy" : "evaluation_strategy"]: "steps",
    eval_steps: every,
    save_strategy: "steps",
    save_steps: every,
    ...(delay === undefined ? {} : { eval_delay: delay }),
    load_best_model_at_end: delivery === "best",
    metric_for_best_model: evalKey(parts),
    greater_is_better: metric.mode === "max",
    save_total_limit: 2,
    ...(isRenamed ? { restore_callback_states_from_checkpoint: true } : {}),
  };
}

/** `EarlyStoppingCallback`'s own arguments; null for a run that is never stopped. */
export function callbackArguments({ patience, minDelta }: Parts): Record<string, unknown> | null {
  if (patience === null) return null;
  return { early_stopping_patience: patience, early_stopping_threshold: minDelta };
}

/** The call of the callback; a threshold is told to be one that was replayed, so that the doctor does not ask. */
export function callbackCall(callback: object): string {
  return pythonCall("EarlyStoppingCallback", callback).replace(
    /^( *early_stopping_threshold=(?!0,).*)$/m,
    "$1  # a ratchet, as replayed; doctor: allow HF-5",
  );
}

/** What must be there besides, so that the score is in the log. */
export function metricNotes({ metric }: Parts): Fidelity[] {
  if (metric.isLoss) return [];
  const note = "compute_metrics must return this score; the Trainer adds the eval_ prefix";
  return [{ field: "metric_for_best_model", fidelity: "exact", note }];
}

/** Evaluations that a delay leaves out. */
function skippedBy(delay: number | undefined, every: number | undefined): HeldStop["skipped"] {
  if (delay === undefined || delay === 0) return undefined;
  const evals = every === undefined || every < 1 ? Number.NaN : delay / every - 1;
  return Number.isInteger(evals) ? { evals } : { steps: delay };
}

/**
 * Reads arguments of the Trainer back: those of a part of the settings, with patience and threshold, which stand elsewhere.
 */
export function heldByArguments(
  settings: TrainerConfig["settings"],
  from: { part: string; patience: number | undefined; minDelta?: number | undefined },
): HeldStop {
  const { part, patience, minDelta = 0 } = from;
  const isLess = settings[part]?.["greater_is_better"] === false;
  const skipped = skippedBy(held(settings, part, "eval_delay"), held(settings, part, "eval_steps"));
  return {
    monitor: settings[part]?.["metric_for_best_model"] === "eval_loss" ? "evalLoss" : "quality",
    rule: patience === undefined ? null : { mode: isLess ? "min" : "max", patience, minDelta, options: {} },
    ...(skipped === undefined ? {} : { skipped }),
    delivery: settings[part]?.["load_best_model_at_end"] === false ? "last" : "best",
  };
}
