import type { StopRule } from "../expressible.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { lightgbm as semantics } from "./semantics.ts";

/** What a booster's early stopping can be set to. */
export const boosterRule: StopRule = {
  stopper: "early_stopping",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "deadBand",
  warmup: "none",
  tie: "bad",
  nan: ["count"],
  unless: "the first value is missing",
  delivery: ["best"],
  best: "predict takes the best iteration",
  instead: "Ask with --target lightgbm or xgboost for a policy that it can.",
};

function write({ metric, patience, minDelta }: Parts): Written {
  const settings = {
    early_stopping:
      patience === null ? null : { stopping_rounds: patience, first_metric_only: true, min_delta: minDelta },
    params: { metric: metric.name, mode: metric.mode },
  };
  const stop = settings.early_stopping;
  const text =
    stop === null
      ? "# No early_stopping: every round is trained.\n"
      : [
          "import lightgbm as lgb",
          "",
          `# lgb.train({..., "metric": ["${metric.name}"]}, ..., valid_sets=[valid], callbacks=[stop])`,
          `stop = ${pythonCall("lgb.early_stopping", stop)}`,
          "",
        ].join("\n");
  const note = "whether more is better is told by the metric itself";
  return {
    settings,
    snippet: { language: "python", into: "the script that calls train", text },
    notes: [{ field: "direction", fidelity: "exact", note }],
  };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const patience = held(settings, "early_stopping", "stopping_rounds");
  return {
    monitor: settings["params"]?.["metric"] === "loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: settings["params"]?.["mode"] === "min" ? "min" : "max",
            patience,
            minDelta: held(settings, "early_stopping", "min_delta") ?? 0,
            options: {},
          },
    delivery: "best",
  };
}

/** LightGBM `early_stopping`. */
export const lightgbm = patienceTrainer({
  name: "lightgbm",
  title: "LightGBM",
  newest: "4.7.0",
  find: "Run `pip show lightgbm`",
  advice: "early_stopping on one metric of one validation set",
  semantics,
  ruleOf: () => boosterRule,
  write,
  heldStop,
});
