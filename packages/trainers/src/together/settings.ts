import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { together as semantics } from "./semantics.ts";

function write({ patience, minDelta, warmupEvals, task }: Parts): Written {
  const least = patience === null ? 1 : patience + warmupEvals + 1;
  const evals = Math.max(task.evals ?? 0, least);
  const settings = {
    together: {
      n_evals: evals,
      n_checkpoints: evals,
      ...(patience === null
        ? { early_stopping_enabled: false }
        : {
            early_stopping_enabled: true,
            early_stopping_patience: patience,
            early_stopping_min_delta: minDelta,
            early_stopping_warmup_evals: warmupEvals,
          }),
    },
  };
  return {
    settings,
    snippet: {
      language: "json",
      into: "the fine-tuning request, beside training_file and validation_file",
      text: `${JSON.stringify(settings.together, null, 2)}\n`,
    },
    notes: [
      {
        field: "rule",
        fidelity: "approximate",
        note: "assumed, as it is not documented: >=, a dead band, and that a NaN counts as stale",
      },
      { field: "validation_file", fidelity: "exact", note: "must be given; the evaluation loss is watched" },
    ],
  };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const patience = held(settings, "together", "early_stopping_patience");
  return {
    monitor: "evalLoss",
    rule:
      patience === undefined
        ? null
        : {
            mode: "min",
            patience,
            minDelta: held(settings, "together", "early_stopping_min_delta") ?? 0,
            options: { warmupEvals: held(settings, "together", "early_stopping_warmup_evals") ?? 1 },
          },
    delivery: "best",
  };
}

/** Together AI's hosted fine-tuning: the evaluation loss alone. */
export const together = patienceTrainer({
  name: "together",
  title: "Together AI",
  aliases: ["together-ai", "togetherai"],
  newest: "1.0",
  find: "See the API's documentation",
  advice: "early_stopping_* on the evaluation loss; unused steps are refunded",
  semantics,
  ruleOf: () => ({
    stopper: "early_stopping",
    monitors: ["evalLoss"],
    directions: ["min"],
    units: ["evals"],
    margin: "deadBand",
    warmup: "uncounted",
    tie: "bad",
    nan: ["count"],
    delivery: ["best"],
    best: "the service delivers the best checkpoint",
    instead: "Ask with --metric eval_loss --target together; other scores cannot be watched there.",
  }),
  write,
  heldStop,
});
