import { metricClassOf } from "@stopwise/core";
import type { DoctorRule } from "../doctor/rule.ts";
import type { Configuration } from "../doctor/configuration.ts";
import { lessIsBetter, wrongMode, wrongScale } from "../doctor/shared-rules.ts";

const source = "Lightning-AI/pytorch-lightning src/lightning/pytorch/callbacks/early_stopping.py";
const checkpointSource = "Lightning-AI/pytorch-lightning src/lightning/pytorch/callbacks/model_checkpoint.py";
const kinds = ["lightning"] as const;
const stops = (config: Configuration): boolean =>
  config.hasPart("EarlyStopping.") || config.has("EarlyStopping");

/** Checks that the plan has, where it tells its epochs. */
function plannedChecks(config: Configuration): number | undefined {
  const epochs = config.number("Trainer.max_epochs");
  const interval = config.has("Trainer.val_check_interval") ? config.number("Trainer.val_check_interval") : 1;
  const nth = config.has("Trainer.check_val_every_n_epoch")
    ? config.number("Trainer.check_val_every_n_epoch")
    : 1;
  if (epochs === undefined || epochs <= 0 || interval === undefined || nth === undefined || interval > 1)
    return undefined;
  return Math.floor(epochs / nth) * Math.floor(1 / interval + 1e-9);
}

/** Rules of Lightning's `EarlyStopping` and what belongs to it. */
export const rules: readonly DoctorRule[] = [
  {
    id: "PL-1",
    kinds,
    severity: "error",
    when: "min_delta is negative, whose sign is kept",
    source,
    check: (config) => {
      const delta = config.number("EarlyStopping.min_delta");
      if (delta === undefined || delta >= 0) return undefined;
      return {
        at: "EarlyStopping.min_delta",
        message: `With min_delta ${delta} a value that is worse by less counts as a gain, and the best drifts away.`,
        fix: `Set min_delta to ${-delta}: the direction is told by mode.`,
        edit: { key: "EarlyStopping.min_delta", value: -delta },
      };
    },
  },
  {
    id: "PL-2",
    kinds,
    severity: "error",
    when: "a metric of the training epoch is watched at the end of validation",
    source,
    check: (config) => {
      const monitor = config.text("EarlyStopping.monitor");
      if (monitor === undefined || !/^train[_/]/.test(monitor)) return undefined;
      if (config.flag("EarlyStopping.check_on_train_epoch_end") !== false) return undefined;
      return {
        at: "EarlyStopping.check_on_train_epoch_end",
        message: `${monitor} is logged at the end of the training epoch, after validation has been checked.`,
        fix: "Set check_on_train_epoch_end to true, or watch a metric of validation.",
        edit: { key: "EarlyStopping.check_on_train_epoch_end", value: true },
      };
    },
  },
  {
    id: "PL-5",
    kinds,
    severity: "error",
    when: "mode is not set, and its default min is wrong for the metric",
    source,
    check: (config) => {
      const monitor = config.text("EarlyStopping.monitor");
      if (monitor === undefined || !config.isUnset("EarlyStopping.mode") || lessIsBetter(monitor) !== false)
        return undefined;
      return {
        at: "EarlyStopping.monitor",
        message: `mode is min unless it is set: ${monitor} stops the run while it rises.`,
        fix: "Set mode to max.",
        edit: { key: "EarlyStopping.mode", value: "max" },
      };
    },
  },
  {
    id: "PL-6",
    kinds,
    severity: "error",
    when: "mode contradicts what the metric's name says",
    source,
    check: (config) => wrongMode(config, "EarlyStopping"),
  },
  {
    id: "PL-3",
    kinds,
    severity: "warning",
    when: "min_epochs or min_steps stands beside EarlyStopping as a warm-up",
    source: "Lightning-AI/pytorch-lightning#19966",
    check: (config) => {
      const key = ["Trainer.min_epochs", "Trainer.min_steps"].find((name) => (config.number(name) ?? 0) > 1);
      if (key === undefined || !stops(config)) return undefined;
      return {
        at: key,
        message:
          "The callback goes on counting before that, and its stop is kept: the run ends as soon as the minimum is met, even if the metric has recovered.",
        fix: "Use a larger patience, or a subclass of EarlyStopping that waits.",
      };
    },
  },
  {
    id: "PL-7",
    kinds,
    severity: "warning",
    when: "no ModelCheckpoint keeps the best weights",
    source: checkpointSource,
    check: (config) => {
      if (!config.complete || !stops(config) || !config.has("Trainer")) return undefined;
      if (config.text("ModelCheckpoint.monitor") !== undefined) return undefined;
      // Whoever keeps no best one on purpose says so.
      if (config.number("ModelCheckpoint.save_top_k") === 0) return undefined;
      if (config.hasPart("ModelCheckpoint") && !config.isUnset("ModelCheckpoint.monitor")) return undefined;
      return {
        at: "EarlyStopping.monitor",
        message:
          "The stopped run delivers its last weights: ModelCheckpoint without monitor keeps the newest alone.",
        fix: "Add ModelCheckpoint with the same monitor and mode, and load its best_model_path.",
      };
    },
  },
  {
    id: "PL-8",
    kinds,
    severity: "warning",
    when: "ModelCheckpoint and EarlyStopping watch different metrics or directions",
    source: checkpointSource,
    check: (config) => {
      const key = ["monitor", "mode"].find((name) => {
        const [stop, keep] = [config.text(`EarlyStopping.${name}`), config.text(`ModelCheckpoint.${name}`)];
        return stop !== undefined && keep !== undefined && stop !== keep;
      });
      if (key === undefined) return undefined;
      const value = config.text(`EarlyStopping.${key}`)!;
      return {
        at: `ModelCheckpoint.${key}`,
        message: `ModelCheckpoint's ${key} is ${config.text(`ModelCheckpoint.${key}`)!}, EarlyStopping's ${value}: the best that is kept is not the one that the stop is about.`,
        fix: `Set ModelCheckpoint's ${key} to ${value}.`,
        edit: { key: `ModelCheckpoint.${key}`, value },
      };
    },
  },
  {
    id: "PL-9",
    kinds,
    severity: "error",
    when: "the patience cannot run out before max_epochs",
    source,
    check: (config) => {
      const [patience, checks] = [config.number("EarlyStopping.patience"), plannedChecks(config)];
      if (patience === undefined || checks === undefined || checks > patience) return undefined;
      return {
        at: "EarlyStopping.patience",
        message: `The plan has ${checks} validation check${checks === 1 ? "" : "s"} and the patience is ${patience}: the stop can never come before the end.`,
        fix: "Validate more often, or lower the patience.",
      };
    },
  },
  {
    id: "PL-10",
    kinds,
    severity: "warning",
    when: "validation runs several times an epoch, and the patience counts checks",
    source: "Lightning-AI/pytorch-lightning#6254",
    check: (config) => {
      const [patience, interval] = [
        config.number("EarlyStopping.patience"),
        config.number("Trainer.val_check_interval"),
      ];
      if (patience === undefined || interval === undefined || interval >= 1 || interval <= 0)
        return undefined;
      const each = Math.floor(1 / interval + 1e-9);
      if (each < 2) return undefined;
      return {
        at: "EarlyStopping.patience",
        message: `Patience counts validation checks, and there are ${each} of them an epoch: ${patience} checks are ${Number((patience / each).toPrecision(3))} epochs.`,
        fix: `For ${patience} epochs write ${patience * each}.`,
      };
    },
  },
  {
    id: "PL-11",
    kinds,
    severity: "error",
    when: "validation is switched off",
    source: "Lightning-AI/pytorch-lightning src/lightning/pytorch/trainer/trainer.py",
    check: (config) => {
      if (!stops(config)) return undefined;
      const monitor = config.text("EarlyStopping.monitor");
      if (monitor !== undefined && /^train/.test(monitor)) return undefined;
      if (config.number("Trainer.limit_val_batches") === 0) {
        return {
          at: "Trainer.limit_val_batches",
          message: "limit_val_batches 0 switches validation off: there is nothing to stop by.",
          fix: "Leave limit_val_batches out.",
        };
      }
      const dev = config.setting("Trainer.fast_dev_run")?.value;
      if (dev === undefined || dev === false || dev === null || dev === 0) return undefined;
      return {
        at: "Trainer.fast_dev_run",
        message: "During fast_dev_run no check takes place and callbacks that stop are left out.",
        fix: "Leave fast_dev_run out of the real run.",
      };
    },
  },
  {
    id: "PL-12",
    kinds,
    severity: "warning",
    when: "strict is false, so that a metric that is never logged goes unnoticed",
    source,
    check: (config) => {
      if (config.flag("EarlyStopping.strict") !== false) return undefined;
      return {
        at: "EarlyStopping.strict",
        message:
          "Where the metric is missing, nothing is counted and nothing is said: a wrong name never stops the run.",
        fix: "Set strict to true.",
        edit: { key: "EarlyStopping.strict", value: true },
      };
    },
  },
  {
    id: "PL-13",
    kinds,
    severity: "error",
    when: "min_delta is in another scale than the score",
    source,
    check: (config) => wrongScale(config, "EarlyStopping"),
  },
  {
    id: "PL-14",
    kinds,
    severity: "error",
    when: "stopping_threshold is beyond what the score can reach",
    source,
    check: (config) => {
      const [monitor, level] = [
        config.text("EarlyStopping.monitor"),
        config.number("EarlyStopping.stopping_threshold"),
      ];
      if (monitor === undefined || level === undefined || metricClassOf(monitor) !== "match")
        return undefined;
      if (config.text("EarlyStopping.mode") !== "max" || level <= 1) return undefined;
      return {
        at: "EarlyStopping.stopping_threshold",
        message: `${monitor} is usually logged between 0 and 1: ${level} is never reached.`,
        fix: `For ${level} % write ${level / 100}, unless the score is logged in percent.`,
        edit: { key: "EarlyStopping.stopping_threshold", value: level / 100 },
      };
    },
  },
  {
    id: "PL-15",
    kinds,
    severity: "warning",
    when: "validation is skipped in some epochs, and the patience counts checks",
    source,
    check: (config) => {
      const [patience, nth] = [
        config.number("EarlyStopping.patience"),
        config.number("Trainer.check_val_every_n_epoch"),
      ];
      if (patience === undefined || nth === undefined || nth < 2) return undefined;
      if (config.flag("EarlyStopping.check_on_train_epoch_end") === true) return undefined;
      return {
        at: "EarlyStopping.patience",
        message: `There is one check every ${nth} epochs: a patience of ${patience} waits ${patience * nth} epochs.`,
        fix: `For ${patience} epochs write ${Math.max(1, Math.round(patience / nth))}.`,
      };
    },
  },
];
