import { callbackRule, heldByArguments, trainingArguments } from "../huggingface/training-arguments.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { isAtLeast } from "../release.ts";
import { yamlText } from "../text.ts";
import { msSwift as semantics } from "./semantics.ts";

function write(parts: Parts): Written {
  const { patience } = parts;
  const others = trainingArguments({ ...parts, version: "4.56" });
  const settings = {
    "ms-swift": { ...(patience === null ? {} : { early_stop_interval: patience }), ...others },
  };
  return {
    settings,
    snippet: {
      language: "yaml",
      into: "the YAML of `swift sft --config`, or each line as a --flag",
      text: `${yamlText(settings["ms-swift"])}\n`,
    },
    notes: [
      { field: "early_stop_interval", fidelity: "exact", note: "counts saves: save_steps equals eval_steps" },
    ],
  };
}

/** ms-swift `--early_stop_interval`: patience in saved checkpoints, no threshold. */
export const msSwift = patienceTrainer({
  name: "ms-swift",
  title: "ms-swift",
  aliases: ["swift"],
  newest: "4.6.0",
  find: "Run `pip show ms-swift`",
  advice: "early_stop_interval, from release 3.12 on; it counts saves",
  semantics,
  ruleOf: (version) => ({
    ...callbackRule("4.56"),
    stopper: "early_stop_interval",
    // Older releases count without setting back on a gain, or have no such setting.
    monitors: isAtLeast(version, [3, 12]) ? ["quality", "evalLoss"] : [],
    margin: "none",
    delivery: ["best"],
    instead: "Ask with --target ms-swift for a policy that it can (release 3.12 or newer).",
  }),
  warmupTakesSteps: true,
  write,
  heldStop: (settings) =>
    heldByArguments(settings, {
      part: "ms-swift",
      patience: held(settings, "ms-swift", "early_stop_interval"),
    }),
});
