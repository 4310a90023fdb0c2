import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import { huggingface as semantics } from "./semantics.ts";
import {
  callbackArguments,
  callbackCall,
  callbackRule,
  heldByArguments,
  metricNotes,
  trainingArguments,
} from "./training-arguments.ts";

function write(parts: Parts): Written {
  const settings = {
    EarlyStoppingCallback: callbackArguments(parts),
    TrainingArguments: { ...trainingArguments(parts), include_num_input_tokens_seen: true },
  };
  const callback = settings.EarlyStoppingCallback;
  const text = [
    `from transformers import ${callback === null ? "" : "EarlyStoppingCallback, "}TrainingArguments`,
    "",
    `args = ${pythonCall("TrainingArguments", settings.TrainingArguments, ["...,  # your own arguments"])}`,
    ...(callback === null
      ? []
      : [`# Trainer(..., args=args, callbacks=[stop])`, `stop = ${callbackCall(callback)}`]),
  ].join("\n");
  return {
    settings,
    snippet: { language: "python", into: "the script that makes the Trainer", text: `${text}\n` },
    notes: metricNotes(parts),
  };
}

/** Hugging Face `EarlyStoppingCallback` and `TrainingArguments`. */
export const huggingface = patienceTrainer({
  name: "huggingface",
  title: "Hugging Face",
  aliases: ["hf", "transformers"],
  newest: "5.18.0",
  find: "Run `pip show transformers`",
  advice: "EarlyStoppingCallback; a callback that asks stopwise can do every policy",
  semantics,
  ruleOf: callbackRule,
  warmupTakesSteps: true,
  write,
  heldStop: (settings) =>
    heldByArguments(settings, {
      part: "TrainingArguments",
      patience: held(settings, "EarlyStoppingCallback", "early_stopping_patience"),
      minDelta: held(settings, "EarlyStoppingCallback", "early_stopping_threshold"),
    }),
});
