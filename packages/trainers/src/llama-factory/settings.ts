import {
  callbackRule,
  heldByArguments,
  metricNotes,
  trainingArguments,
} from "../huggingface/training-arguments.ts";
import { huggingface as semantics } from "../huggingface/semantics.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { yamlText } from "../text.ts";

function write(parts: Parts): Written {
  const { patience } = parts;
  const settings = {
    "llama-factory": {
      ...(patience === null ? {} : { early_stopping_steps: patience }),
      ...trainingArguments(parts),
      include_num_input_tokens_seen: true,
    },
  };
  return {
    settings,
    snippet: {
      language: "yaml",
      into: "the LLaMA-Factory YAML",
      text: `${yamlText(settings["llama-factory"])}\n`,
    },
    notes: [
      {
        field: "early_stopping_steps",
        fidelity: "exact",
        note: "counts evaluations, not steps; val_size above 0 or eval_dataset must be there",
      },
      ...metricNotes(parts),
    ],
  };
}

/** LLaMA-Factory's YAML: `early_stopping_steps` is a patience in evaluations; the Trainer's arguments pass through. */
export const llamaFactory = patienceTrainer({
  name: "llama-factory",
  title: "LLaMA-Factory",
  aliases: ["llamafactory"],
  newest: "0.9.5",
  find: "Run `pip show llamafactory`",
  advice: "early_stopping_steps, which counts evaluations",
  semantics,
  ruleOf: () => ({
    ...callbackRule("4.56"),
    stopper: "early_stopping_steps",
    margin: "none",
    instead: "Ask with --target llama-factory for a policy that it can.",
  }),
  warmupTakesSteps: true,
  write: (parts) => write({ ...parts, version: "4.56" }),
  heldStop: (settings) =>
    heldByArguments(settings, {
      part: "llama-factory",
      patience: held(settings, "llama-factory", "early_stopping_steps"),
    }),
});
