import { noStopper } from "../no-stopper.ts";
import { yamlText } from "../text.ts";

/** W&B sweeps: `early_terminate` is Hyperband over the runs of a sweep, not a policy of one run. */
export const wandb = noStopper({
  name: "wandb",
  title: "W&B sweeps",
  aliases: ["wandb-sweep", "wandb-sweeps"],
  newest: "0.28.0",
  find: "Run `pip show wandb`",
  advice: "early_terminate compares the runs of a sweep: stop single runs in the training script",
  why: "early_terminate is Hyperband, which compares the runs of a sweep and stops none by its own curve",
  instead:
    "Ask with the --target of the trainer that the agent starts, such as huggingface, lightning or python.",
  write: ({ metric }) => {
    const settings = {
      sweep: {
        metric: { name: `eval/${metric.name}`, goal: metric.mode === "max" ? "maximize" : "minimize" },
      },
    };
    return {
      settings,
      snippet: {
        language: "yaml",
        into: "the sweep's YAML, which has no early_terminate then",
        text: `${yamlText(settings.sweep)}\n`,
      },
    };
  },
});
