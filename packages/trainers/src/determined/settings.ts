import { noStopper } from "../no-stopper.ts";
import { yamlText } from "../text.ts";

/** Determined: its searchers compare trials; a single trial runs to its length. */
export const determined = noStopper({
  name: "determined",
  title: "Determined",
  aliases: ["determined-ai"],
  newest: "0.38.1",
  find: "Run `det version`",
  advice: "searchers compare trials: stop a single one in its own code",
  why: "its searchers (adaptive_asha) compare trials and stop none by its own curve",
  instead:
    "Ask with --target huggingface, lightning or keras for the trainer inside the trial, or with --target python for its loop.",
  write: ({ cadence, metric }) => {
    const settings = {
      experiment: {
        searcher: { name: "single", metric: metric.name, smaller_is_better: metric.mode === "min" },
        ...("steps" in cadence
          ? {
              min_validation_period: { batches: cadence.steps },
              min_checkpoint_period: { batches: cadence.steps },
            }
          : {}),
        checkpoint_storage: { save_trial_best: 1, save_trial_latest: 1 },
      },
    };
    return {
      settings,
      snippet: {
        language: "yaml",
        into: "the experiment's YAML; checkpoint_storage keeps its own type and path",
        text: `${yamlText(settings.experiment)}\n`,
      },
    };
  },
});
