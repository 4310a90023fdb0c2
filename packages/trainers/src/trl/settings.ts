import {
  callbackArguments,
  callbackCall,
  callbackRule,
  heldByArguments,
  trainingArguments,
} from "../huggingface/training-arguments.ts";
import { huggingface as semantics } from "../huggingface/semantics.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import type { Fidelity } from "../trainer.ts";

/** SFT evaluation never generates: what the metric needs. */
export function sftNotes({ metric }: Parts): Fidelity[] {
  if (metric.isLoss || metric.name === "mean_token_accuracy") return [];
  const note =
    "SFTTrainer's evaluation does not generate: compute_metrics sees teacher-forced logits; log a generated score from a callback of your own";
  return [{ field: "metric_for_best_model", fidelity: "approximate", note }];
}

/** The lines after the imports, for trainers that take `SFTConfig`. */
export function sftLines(callback: object | null, config: object): string[] {
  return [
    `args = ${pythonCall("SFTConfig", config, ["...,  # your own arguments"])}`,
    ...(callback === null
      ? []
      : [`# SFTTrainer(..., args=args, callbacks=[stop])`, `stop = ${callbackCall(callback)}`]),
  ];
}

function write(parts: Parts): Written {
  const settings = { EarlyStoppingCallback: callbackArguments(parts), SFTConfig: trainingArguments(parts) };
  const callback = settings.EarlyStoppingCallback;
  const text = [
    ...(callback === null ? [] : ["from transformers import EarlyStoppingCallback"]),
    "from trl import SFTConfig, SFTTrainer",
    "",
    ...sftLines(callback, settings.SFTConfig),
  ].join("\n");
  return {
    settings,
    snippet: { language: "python", into: "the script that makes the SFTTrainer", text: `${text}\n` },
    notes: sftNotes(parts),
  };
}

/** TRL `SFTTrainer`, which has no stopper of its own: the Hugging Face callback. Releases are those of TRL. */
export const trl = patienceTrainer({
  name: "trl",
  title: "TRL",
  newest: "1.13.0",
  find: "Run `pip show trl`",
  advice: "EarlyStoppingCallback; every score but the loss and token accuracy must be logged by a callback",
  semantics,
  // TRL 1 needs transformers >= 4.56.2, which raises without load_best_model_at_end.
  ruleOf: () => callbackRule("4.56"),
  warmupTakesSteps: true,
  // Every release of transformers that it takes has the newer names.
  write: (parts) => write({ ...parts, version: "4.56" }),
  heldStop: (settings) =>
    heldByArguments(settings, {
      part: "SFTConfig",
      patience: held(settings, "EarlyStoppingCallback", "early_stopping_patience"),
      minDelta: held(settings, "EarlyStoppingCallback", "early_stopping_threshold"),
    }),
});
