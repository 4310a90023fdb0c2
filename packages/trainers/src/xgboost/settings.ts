import { boosterRule } from "../lightgbm/settings.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { xgboost as semantics } from "./semantics.ts";

function write({ metric, patience, minDelta, delivery }: Parts): Written {
  const settings = {
    EarlyStopping:
      patience === null
        ? null
        : {
            rounds: patience,
            metric_name: metric.name,
            data_name: "valid",
            maximize: metric.mode === "max",
            min_delta: minDelta,
            save_best: delivery === "best",
          },
  };
  const stop = settings.EarlyStopping;
  const text =
    stop === null
      ? "# No EarlyStopping: every round is trained.\n"
      : [
          "from xgboost.callback import EarlyStopping",
          "",
          '# xgb.train(..., evals=[(dvalid, "valid")], callbacks=[stop])',
          `stop = ${pythonCall("EarlyStopping", stop)}`,
          "",
        ].join("\n");
  return { settings, snippet: { language: "python", into: "the script that calls train", text } };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const stop = settings["EarlyStopping"];
  const patience = held(settings, "EarlyStopping", "rounds");
  return {
    monitor: stop?.["metric_name"] === "loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: stop?.["maximize"] === false ? "min" : "max",
            patience,
            minDelta: held(settings, "EarlyStopping", "min_delta") ?? 0,
            options: {},
          },
    delivery: stop?.["save_best"] === false ? "last" : "best",
  };
}

/** XGBoost `EarlyStopping`. */
export const xgboost = patienceTrainer({
  name: "xgboost",
  title: "XGBoost",
  newest: "3.2.0",
  find: "Run `pip show xgboost`",
  advice: "EarlyStopping with its metric, data set and direction named",
  semantics,
  ruleOf: () => ({
    ...boosterRule,
    stopper: "EarlyStopping",
    delivery: ["best", "last"],
    best: "save_best",
  }),
  write,
  heldStop,
});
