import type { StopRule } from "../expressible.ts";
import { patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { patienceArguments, patienceCall, patienceClass } from "./patience-class.ts";

/** What the class of {@link patienceClass} can do. */
export const patienceRule: StopRule = {
  stopper: "the class",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "any",
  warmup: "any",
  tie: "any",
  nan: ["count", "stop", "ignore"],
  delivery: ["best", "last"],
  best: "by hand: save wherever the metric is the best so far",
  instead: "Use the stopwise package in the loop (pip install stopwise): it carries out every policy.",
};

function write({ policy, metric, minDelta, patience }: Parts): Written {
  const settings = { Patience: patience === null ? null : patienceArguments(policy, minDelta) };
  const text =
    patience === null
      ? "# Nothing stops the run: it goes to its planned end.\n"
      : [
          patienceClass,
          "",
          `stop = ${patienceCall(policy, minDelta)}`,
          "# In the loop, after each evaluation:",
          `#     if stop(${metric.isLoss ? "eval_loss" : metric.name}):`,
          "#         break",
          "",
        ].join("\n");
  return { settings, snippet: { language: "python", into: "the training loop", text } };
}

/** A plain Python loop: a class of thirty lines. */
export const python = patienceTrainer({
  name: "python",
  title: "A plain Python loop",
  aliases: ["loop", "pytorch"],
  newest: "3.14",
  find: "Run `python --version`",
  advice: "a class to paste for patience; the stopwise package for every policy",
  ruleOf: () => patienceRule,
  write,
});
