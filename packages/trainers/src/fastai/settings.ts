import type { StopRule } from "../expressible.ts";
import { patienceTrainer, held, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall, pythonValue } from "../text.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { fastai as semantics } from "./semantics.ts";

const rule: StopRule = {
  stopper: "EarlyStoppingCallback",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "deadBand",
  warmup: "none",
  tie: "bad",
  nan: ["count"],
  delivery: ["best", "last"],
  best: "SaveModelCallback, which loads it when the fit ends",
  instead: "Ask with --target fastai for a policy that it can.",
};

function write(parts: Parts): Written {
  const { metric, patience, minDelta, delivery } = parts;
  const watched = {
    monitor: metric.isLoss ? "valid_loss" : metric.name,
    comp: metric.mode === "max" ? "greater" : "less",
  };
  const settings = {
    EarlyStoppingCallback: patience === null ? null : { ...watched, min_delta: minDelta, patience },
    SaveModelCallback: delivery === "best" ? { ...watched, min_delta: 0 } : null,
  };
  const calls = Object.entries(settings).flatMap(([name, own]) =>
    own === null
      ? []
      : [pythonCall(name, own).replace(`comp=${pythonValue(own.comp)}`, `comp=np.${own.comp}`)],
  );
  const text = [
    "import numpy as np",
    "from fastai.callback.tracker import EarlyStoppingCallback, SaveModelCallback",
    "",
    "# learn.fit(n_epoch, cbs=callbacks)",
    `callbacks = [${calls.join(", ")}]`,
    "",
  ].join("\n");
  return { settings, snippet: { language: "python", into: "the script that calls fit", text } };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const stop = settings["EarlyStoppingCallback"] ?? settings["SaveModelCallback"];
  const patience = held(settings, "EarlyStoppingCallback", "patience");
  return {
    monitor: stop?.["monitor"] === "valid_loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: stop?.["comp"] === "less" ? "min" : "max",
            patience,
            minDelta: held(settings, "EarlyStoppingCallback", "min_delta") ?? 0,
            options: {},
          },
    delivery: settings["SaveModelCallback"] === null ? "last" : "best",
  };
}

/** fastai `EarlyStoppingCallback` with `SaveModelCallback`. */
export const fastai = patienceTrainer({
  name: "fastai",
  title: "fastai",
  newest: "2.8.4",
  find: "Run `pip show fastai`",
  advice: "EarlyStoppingCallback; the counter starts anew at each fit",
  semantics,
  ruleOf: () => rule,
  write,
  heldStop,
});
