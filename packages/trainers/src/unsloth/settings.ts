import {
  callbackArguments,
  callbackRule,
  heldByArguments,
  trainingArguments,
} from "../huggingface/training-arguments.ts";
import { huggingface as semantics } from "../huggingface/semantics.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { sftLines, sftNotes } from "../trl/settings.ts";

function write(parts: Parts): Written {
  const settings = { EarlyStoppingCallback: callbackArguments(parts), SFTConfig: trainingArguments(parts) };
  const callback = settings.EarlyStoppingCallback;
  const text = [
    "import unsloth  # before trl and transformers",
    ...(callback === null ? [] : ["from transformers import EarlyStoppingCallback"]),
    "from trl import SFTConfig, SFTTrainer",
    "",
    ...sftLines(callback, settings.SFTConfig),
  ].join("\n");
  return {
    settings,
    snippet: {
      language: "python",
      into: "the script or notebook that makes the SFTTrainer",
      text: `${text}\n`,
    },
    notes: sftNotes(parts),
  };
}

/** Unsloth: the Hugging Face callback through TRL's `SFTTrainer`. */
export const unsloth = patienceTrainer({
  name: "unsloth",
  title: "Unsloth",
  newest: "2026.1",
  find: "Run `pip show unsloth`",
  advice: "EarlyStoppingCallback through SFTTrainer; Unsloth Studio has no stopper",
  semantics,
  ruleOf: () => callbackRule("4.56"),
  warmupTakesSteps: true,
  write: (parts) => write({ ...parts, version: "4.56" }),
  heldStop: (settings) =>
    heldByArguments(settings, {
      part: "SFTConfig",
      patience: held(settings, "EarlyStoppingCallback", "early_stopping_patience"),
      minDelta: held(settings, "EarlyStoppingCallback", "early_stopping_threshold"),
    }),
});
