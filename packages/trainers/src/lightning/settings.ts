import { held, patienceTrainer, type Parts, type Written } from "../patience-trainer.ts";
import { pythonCall, yamlText } from "../text.ts";
import type { StopRule } from "../expressible.ts";
import type { HeldStop, TrainerConfig } from "../trainer.ts";
import { lightning as semantics } from "./semantics.ts";

const rule: StopRule = {
  stopper: "EarlyStopping",
  monitors: ["quality", "evalLoss"],
  directions: ["max", "min"],
  units: ["evals"],
  margin: "deadBand",
  warmup: "none",
  tie: "bad",
  nan: ["count", "stop"],
  delivery: ["best", "last"],
  best: "ModelCheckpoint keeps it; load it by best_model_path",
  instead:
    "Ask with --target lightning for a policy that it can; min_epochs is no warm-up, since the stop is latched meanwhile.",
};

/** Key under which a LightningModule usually logs a score at validation. */
const monitorOf = ({ metric }: Parts): string => `val_${metric.name}`;

function stopArguments(parts: Parts): Record<string, unknown> {
  return {
    monitor: monitorOf(parts),
    mode: parts.metric.mode,
    patience: parts.patience,
    min_delta: parts.minDelta,
    check_finite: parts.nan === "stop",
    check_on_train_epoch_end: false,
    strict: true,
  };
}

function settingsOf(parts: Parts) {
  const { cadence, delivery } = parts;
  const isBest = delivery === "best";
  return {
    EarlyStopping: parts.patience === null ? null : stopArguments(parts),
    ModelCheckpoint: {
      ...(isBest ? { monitor: monitorOf(parts), mode: parts.metric.mode, save_top_k: 1 } : { save_top_k: 0 }),
      save_last: true,
    },
    Trainer: {
      ...("steps" in cadence
        ? { val_check_interval: cadence.steps, check_val_every_n_epoch: null }
        : { val_check_interval: 1.0 }),
      num_sanity_val_steps: 2,
    },
  };
}

const notes = [
  {
    field: "monitor",
    fidelity: "exact",
    note: "log it in validation_step under this key, with sync_dist=True on several devices",
  },
  {
    field: "val_check_interval",
    fidelity: "exact",
    note: "counts batches; with accumulate_grad_batches multiply it",
  },
] as const;

function writeCallback(parts: Parts): Written {
  const settings = settingsOf(parts);
  const { EarlyStopping: stop } = settings;
  const names = stop === null ? "ModelCheckpoint" : "EarlyStopping, ModelCheckpoint";
  const calls = [
    ...(stop === null ? [] : [`stop = ${pythonCall("EarlyStopping", stop)}`]),
    `keep = ${pythonCall("ModelCheckpoint", settings.ModelCheckpoint)}`,
    `trainer = ${pythonCall("Trainer", settings.Trainer, [
      "...,  # your own arguments",
      `callbacks=[${stop === null ? "" : "stop, "}keep],`,
    ])}`,
  ];
  const text = [
    "from lightning.pytorch import Trainer",
    `from lightning.pytorch.callbacks import ${names}`,
    "",
    ...calls,
    "",
  ].join("\n");
  return {
    settings,
    snippet: { language: "python", into: "the script that makes the Trainer", text },
    notes,
  };
}

function writeYaml(parts: Parts): Written {
  const settings = settingsOf(parts);
  const callback = (name: string, init: object) => ({
    class_path: `lightning.pytorch.callbacks.${name}`,
    init_args: init,
  });
  const document = {
    trainer: {
      ...settings.Trainer,
      callbacks: [
        ...(settings.EarlyStopping === null ? [] : [callback("EarlyStopping", settings.EarlyStopping)]),
        callback("ModelCheckpoint", settings.ModelCheckpoint),
      ],
    },
  };
  const text = `${yamlText(document)}\n`;
  return { settings, snippet: { language: "yaml", into: "the LightningCLI YAML", text }, notes };
}

function heldStop(settings: TrainerConfig["settings"]): HeldStop {
  const stop = settings["EarlyStopping"];
  const patience = held(settings, "EarlyStopping", "patience");
  const monitor = settings["ModelCheckpoint"]?.["monitor"] ?? stop?.["monitor"];
  return {
    monitor: monitor === "val_loss" ? "evalLoss" : "quality",
    rule:
      patience === undefined
        ? null
        : {
            mode: stop?.["mode"] === "min" ? "min" : "max",
            patience,
            minDelta: held(settings, "EarlyStopping", "min_delta") ?? 0,
            options: { checkFinite: stop?.["check_finite"] !== false },
          },
    delivery: settings["ModelCheckpoint"]?.["save_top_k"] === 0 ? "last" : "best",
  };
}

const common = {
  newest: "2.6.6",
  find: "Run `pip show lightning`",
  advice: "EarlyStopping with ModelCheckpoint; no warm-up without a subclass",
  semantics,
  ruleOf: () => rule,
  heldStop,
};

/** Lightning's callbacks in Python. */
export const lightning = patienceTrainer({
  ...common,
  name: "lightning",
  title: "Lightning",
  aliases: ["pytorch-lightning", "pl"],
  write: writeCallback,
});

/** The same as YAML for LightningCLI. */
export const lightningCli = patienceTrainer({
  ...common,
  name: "lightning-cli",
  title: "LightningCLI",
  aliases: ["lightningcli"],
  write: writeYaml,
});
