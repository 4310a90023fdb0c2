import { InvalidInputError } from "@stopwise/core";
import { callbackRule, heldByArguments } from "../huggingface/training-arguments.ts";
import { huggingface as semantics } from "../huggingface/semantics.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { yamlText } from "../text.ts";

function write({ cadence, metric, patience }: Parts): Written {
  if (!("steps" in cadence)) {
    throw new InvalidInputError(
      "Axolotl needs eval_steps and save_steps in steps, and this task does not tell the planned steps.",
      "Give --max-steps, or --epochs with --dataset-size and --batch-size.",
    );
  }
  if (metric.mode === "min" && !metric.name.endsWith("loss")) {
    throw new InvalidInputError(
      `Axolotl drops greater_is_better: false, so ${metric.name} would be maximised.`,
      "Watch eval_loss (--metric eval_loss), or a score where more is better.",
    );
  }
  const config = {
    ...(patience === null ? {} : { early_stopping_patience: patience }),
    eval_strategy: "steps",
    eval_steps: cadence.steps,
    save_strategy: "steps",
    save_steps: cadence.steps,
    save_total_limit: 2,
    load_best_model_at_end: true,
    metric_for_best_model: `eval_${metric.name}`,
    // Only `true` reaches the Trainer; for a loss its own default is right.
    ...(metric.mode === "max" ? { greater_is_better: true } : {}),
  };
  const settings = { axolotl: config };
  return {
    settings,
    snippet: { language: "yaml", into: "the Axolotl YAML", text: `${yamlText(settings.axolotl)}\n` },
    notes: [
      {
        field: "evaluation set",
        fidelity: "exact",
        note: "val_set_size above 0 or test_datasets must be there, and neither evals_per_epoch nor saves_per_epoch",
      },
    ],
  };
}

/** Axolotl's YAML: a patience in evaluations under the Hugging Face rule, no threshold, no warm-up. */
export const axolotl = patienceTrainer({
  name: "axolotl",
  title: "Axolotl",
  newest: "0.16.0",
  find: "Run `pip show axolotl`",
  advice: "early_stopping_patience; a plugin with a callback can do every policy",
  semantics,
  ruleOf: () => ({
    ...callbackRule("4.56"),
    stopper: "early_stopping_patience",
    margin: "none",
    warmup: "none",
    delivery: ["best"],
    best: "load_best_model_at_end, which Axolotl sets where there is an evaluation set",
    instead:
      "Ask with --target axolotl for a policy that it can, or use a plugin with a callback that asks stopwise.",
  }),
  warmupTakesSteps: true,
  write,
  heldStop: (settings) => {
    const stop = heldByArguments(settings, {
      part: "axolotl",
      patience: held(settings, "axolotl", "early_stopping_patience"),
    });
    if (stop.rule === null || settings["axolotl"]?.["greater_is_better"] !== undefined) return stop;
    return { ...stop, rule: { ...stop.rule, mode: "min" } };
  },
});
