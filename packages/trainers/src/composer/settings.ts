import { InvalidInputError } from "@stopwise/core";
import type { StopRule } from "../expressible.ts";
import { patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall, pythonValue } from "../text.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { composer as semantics } from "./semantics.ts";

const rule: StopRule = {
  stopper: "EarlyStopper",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "deadBand",
  warmup: "none",
  tie: "bad",
  nan: ["count"],
  unless: "the first value is missing",
  delivery: ["best", "last"],
  best: "by hand: every checkpoint is kept, load that of the best evaluation",
  instead: "Ask with --target composer for a policy that it can.",
};

/** Batches between two evaluations, in which the patience is told. */
function batchesOf({ cadence }: Parts): number {
  if ("steps" in cadence) return cadence.steps;
  throw new InvalidInputError(
    "Composer counts patience in batches, and this task does not tell the planned steps.",
    "Give --max-steps, or --epochs with --dataset-size and --batch-size.",
  );
}

function write(parts: Parts): Written {
  const { metric, patience, minDelta, delivery } = parts;
  const batches = batchesOf(parts);
  const settings = {
    EarlyStopper:
      patience === null
        ? null
        : {
            monitor: metric.isLoss ? "LanguageCrossEntropy" : metric.name,
            dataloader_label: "eval",
            comp: metric.mode === "max" ? "greater" : "less",
            min_delta: minDelta,
            // One later than elsewhere: the run stops where more than the patience has passed.
            patience: `${(patience - 1) * batches}ba`,
          },
    Trainer: {
      eval_interval: `${batches}ba`,
      save_interval: `${batches}ba`,
      save_num_checkpoints_to_keep: delivery === "best" ? -1 : 1,
    },
  };
  const stop = settings.EarlyStopper;
  const text = [
    "import torch",
    "from composer import Trainer",
    ...(stop === null ? [] : ["from composer.callbacks import EarlyStopper"]),
    "",
    ...(stop === null
      ? []
      : [
          `stop = ${pythonCall("EarlyStopper", stop).replace(`comp=${pythonValue(stop.comp)}`, `comp=torch.${stop.comp}`)}`,
        ]),
    `trainer = ${pythonCall("Trainer", settings.Trainer, [
      "...,  # your own arguments",
      ...(stop === null ? [] : ["callbacks=[stop],"]),
    ])}`,
    "",
  ].join("\n");
  return { settings, snippet: { language: "python", into: "the script that makes the Trainer", text } };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const stop = settings["EarlyStopper"];
  const every = Number.parseInt(String(settings["Trainer"]?.["eval_interval"]), 10);
  const batches = typeof stop?.["patience"] === "string" ? Number.parseInt(stop["patience"], 10) : undefined;
  return {
    monitor: stop?.["monitor"] === "LanguageCrossEntropy" ? "evalLoss" : "quality",
    rule:
      batches === undefined
        ? null
        : {
            mode: stop?.["comp"] === "less" ? "min" : "max",
            patience: batches / every,
            minDelta: Number(stop?.["min_delta"]),
            options: {},
          },
    delivery: settings["Trainer"]?.["save_num_checkpoints_to_keep"] === 1 ? "last" : "best",
  };
}

/** Composer `EarlyStopper`, its patience in batches. */
export const composer = patienceTrainer({
  name: "composer",
  title: "Composer",
  aliases: ["mosaicml", "llm-foundry"],
  newest: "0.32.1",
  find: "Run `pip show mosaicml`",
  advice: "EarlyStopper, whose patience is one more than elsewhere",
  semantics,
  ruleOf: () => rule,
  warmupTakesSteps: true,
  write,
  heldStop,
});
