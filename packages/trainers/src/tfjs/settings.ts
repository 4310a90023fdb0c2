import type { StopRule } from "../expressible.ts";
import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { tfjs as semantics } from "./semantics.ts";

const rule: StopRule = {
  stopper: "earlyStopping",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "deadBand",
  warmup: "none",
  tie: "bad",
  nan: ["count"],
  baseline: "reference",
  delivery: ["best", "last"],
  best: "by hand: save in onEpochEnd where the metric is best (restoreBestWeights: true throws)",
  instead:
    "Ask with --target tfjs for a policy that it can, or call createStopper of the stopwise library in onEpochEnd.",
};

function write(parts: Parts): Written {
  const { metric, patience, minDelta, baseline, delivery } = parts;
  const settings = {
    earlyStopping:
      patience === null
        ? null
        : {
            monitor: `val_${metric.name}`,
            mode: metric.mode,
            patience,
            minDelta,
            ...(baseline === undefined ? {} : { baseline }),
            restoreBestWeights: false,
          },
    onEpochEnd: { save: delivery },
  };
  const stop = settings.earlyStopping;
  const lines = Object.entries(stop ?? {}).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
  const text =
    stop === null
      ? "// No earlyStopping: the run goes to its last epoch.\n"
      : [
          "// model.fit(x, y, { validationData, callbacks: [stop] })",
          "const stop = tf.callbacks.earlyStopping({",
          ...lines,
          "});",
          ...(delivery === "best"
            ? ["// Save the model in onEpochEnd wherever the metric is the best so far."]
            : []),
          "",
        ].join("\n");
  return { settings, snippet: { language: "javascript", into: "the script that calls fit", text } };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const stop = settings["earlyStopping"];
  const patience = held(settings, "earlyStopping", "patience");
  const baseline = held(settings, "earlyStopping", "baseline");
  return {
    monitor: stop?.["monitor"] === "val_loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: stop?.["mode"] === "min" ? "min" : "max",
            patience,
            minDelta: held(settings, "earlyStopping", "minDelta") ?? 0,
            options: baseline === undefined ? {} : { baseline },
          },
    delivery: settings["onEpochEnd"]?.["save"] === "last" ? "last" : "best",
  };
}

/** TensorFlow.js `tf.callbacks.earlyStopping`. */
export const tfjs = patienceTrainer({
  name: "tfjs",
  title: "TensorFlow.js",
  aliases: ["tensorflow.js"],
  newest: "4.22.0",
  find: "Run `npm ls @tensorflow/tfjs`",
  advice: "earlyStopping; or createStopper of this library, which can do every policy",
  semantics,
  ruleOf: () => rule,
  write,
  heldStop,
});
