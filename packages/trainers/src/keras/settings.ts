import type { StopRule } from "../expressible.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall } from "../text.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { keras as semantics } from "./semantics.ts";

const rule: StopRule = {
  stopper: "EarlyStopping",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "deadBand",
  warmup: "still",
  tie: "bad",
  nan: ["count"],
  unless: "the first value is missing",
  baseline: "gate",
  delivery: ["best", "last"],
  best: "restore_best_weights",
  instead: "Ask with --target keras for a policy that it can.",
};

function write(parts: Parts): Written {
  const { metric, patience, minDelta, warmupEvals, baseline, delivery } = parts;
  const settings = {
    EarlyStopping:
      patience === null
        ? null
        : {
            monitor: `val_${metric.name}`,
            mode: metric.mode,
            patience,
            min_delta: minDelta,
            start_from_epoch: warmupEvals,
            ...(baseline === undefined ? {} : { baseline }),
            restore_best_weights: delivery === "best",
          },
  };
  const stop = settings.EarlyStopping;
  const text =
    stop === null
      ? "# No EarlyStopping: the run goes to its last epoch.\n"
      : [
          "from keras.callbacks import EarlyStopping",
          "",
          "# model.fit(..., validation_data=..., callbacks=[stop])",
          `stop = ${pythonCall("EarlyStopping", stop)}`,
          "",
        ].join("\n");
  return {
    settings,
    snippet: { language: "python", into: "the script that calls fit", text },
    notes: [
      {
        field: "evalEvery",
        fidelity: "exact",
        note: "one evaluation an epoch: set steps_per_epoch to the steps between two evaluations",
      },
    ],
  };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const stop = settings["EarlyStopping"];
  const patience = held(settings, "EarlyStopping", "patience");
  const skipped = held(settings, "EarlyStopping", "start_from_epoch") ?? 0;
  const baseline = held(settings, "EarlyStopping", "baseline");
  return {
    monitor: stop?.["monitor"] === "val_loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: stop?.["mode"] === "min" ? "min" : "max",
            patience,
            minDelta: held(settings, "EarlyStopping", "min_delta") ?? 0,
            options: baseline === undefined ? {} : { baseline },
          },
    ...(skipped === 0 ? {} : { skipped: { evals: skipped } }),
    delivery: stop?.["restore_best_weights"] === false ? "last" : "best",
  };
}

/** Keras `EarlyStopping`. */
export const keras = patienceTrainer({
  name: "keras",
  title: "Keras",
  newest: "3.15.1",
  find: "Run `pip show keras`",
  advice: "EarlyStopping; patience and warm-up count epochs",
  semantics,
  ruleOf: () => rule,
  write,
  heldStop,
});
