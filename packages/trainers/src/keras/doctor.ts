import type { Configuration } from "../doctor/configuration.ts";
import type { DoctorRule } from "../doctor/rule.ts";
import { lessIsBetter, wrongMode, wrongScale } from "../doctor/shared-rules.ts";

const source = "keras-team/keras keras/src/callbacks/early_stopping.py";
const kinds = ["keras"] as const;
const stops = (config: Configuration): boolean => config.has("EarlyStopping");
const monitorOf = (config: Configuration): string | undefined =>
  config.text("EarlyStopping.monitor") ??
  (stops(config) && config.isUnset("EarlyStopping.monitor") ? "val_loss" : undefined);

/** Metrics whose direction `auto` knows: losses, and compiled metrics that declare one. */
const known =
  /loss$|^(val_)?(acc|accuracy|auc|precision|recall|mae|mse|mean_\w+|(sparse_|binary_|categorical_)\w+)$/;

/** Rules of Keras `EarlyStopping` and the call of fit. */
export const rules: readonly DoctorRule[] = [
  {
    id: "KE-1",
    kinds,
    severity: "error",
    when: "mode is auto for a metric whose direction Keras does not know",
    source,
    check: (config) => {
      const monitor = monitorOf(config);
      const isAuto = config.text("EarlyStopping.mode") === "auto" || config.isUnset("EarlyStopping.mode");
      if (monitor === undefined || !isAuto || known.test(monitor)) return undefined;
      const mode = lessIsBetter(monitor) === true ? "min" : "max";
      return {
        at: config.has("EarlyStopping.mode") ? "EarlyStopping.mode" : "EarlyStopping.monitor",
        message: `Keras cannot tell which way ${monitor} is better: auto raises a ValueError, and older releases minimise it.`,
        fix: `Set mode to ${mode}.`,
        edit: { key: "EarlyStopping.mode", value: mode },
      };
    },
  },
  {
    id: "KE-2",
    kinds,
    severity: "warning",
    when: "the patience is no longer than that of ReduceLROnPlateau with its cooldown",
    source: "keras-team/keras keras/src/callbacks/reduce_lr_on_plateau.py",
    check: (config) => {
      const patience = config.number("EarlyStopping.patience");
      if (patience === undefined || !config.has("ReduceLROnPlateau")) return undefined;
      const wait =
        (config.number("ReduceLROnPlateau.patience") ??
          (config.isUnset("ReduceLROnPlateau.patience") ? 10 : Number.NaN)) +
        (config.number("ReduceLROnPlateau.cooldown") ?? 0);
      if (!(patience <= wait)) return undefined;
      return {
        at: "EarlyStopping.patience",
        message: `The rate is lowered after ${wait} stale epochs, and the run is stopped after ${patience}: it never trains on at the lower rate.`,
        fix: `Set the patience above ${wait}, such as ${2 * wait + 1}.`,
        edit: { key: "EarlyStopping.patience", value: 2 * wait + 1 },
      };
    },
  },
  {
    id: "KE-3",
    kinds,
    severity: "warning",
    when: "the best weights are not restored",
    source: "keras-team/keras#12511",
    check: (config) => {
      const key = "EarlyStopping.restore_best_weights";
      if (!stops(config) || config.has("ModelCheckpoint")) return undefined;
      if (!(config.isUnset(key) || config.flag(key) === false)) return undefined;
      return {
        at: config.has(key) ? key : "EarlyStopping",
        message: "The model keeps the weights of the last epoch, which are the patience older than its best.",
        fix: "Set restore_best_weights to True.",
        edit: { key, value: true },
      };
    },
  },
  {
    id: "KE-4",
    kinds,
    severity: "error",
    when: "a validation metric is watched and fit has no validation data",
    source,
    check: (config) => {
      const monitor = monitorOf(config);
      if (monitor === undefined || !monitor.startsWith("val_") || !config.has("fit")) return undefined;
      if (!config.isUnset("fit.validation_data") || !config.isUnset("fit.validation_split")) return undefined;
      return {
        at: "fit",
        message: `${monitor} is never logged: fit has neither validation_data nor validation_split, and Keras only warns.`,
        fix: "Give validation_data to fit.",
      };
    },
  },
  {
    id: "KE-5",
    kinds,
    severity: "error",
    when: "the patience cannot run out before the last epoch",
    source,
    check: (config) => {
      const [patience, epochs] = [config.number("EarlyStopping.patience"), config.number("fit.epochs")];
      if (patience === undefined || epochs === undefined) return undefined;
      const left = epochs - (config.number("EarlyStopping.start_from_epoch") ?? 0);
      if (left <= 0 || left > patience) return undefined;
      return {
        at: "EarlyStopping.patience",
        message: `${left} epoch${left === 1 ? " counts" : "s count"} and the patience is ${patience}: the stop can never come before the end.`,
        fix: "Lower the patience, or plan more epochs.",
      };
    },
  },
  {
    id: "KE-6",
    kinds,
    severity: "warning",
    when: "a metric of training is watched",
    source,
    check: (config) => {
      const monitor = config.text("EarlyStopping.monitor");
      if (monitor === undefined || monitor.startsWith("val_") || lessIsBetter(monitor) === undefined)
        return undefined;
      return {
        at: "EarlyStopping.monitor",
        message: `${monitor} is measured on the training data: it goes on improving while the model overfits.`,
        fix: `Watch val_${monitor}.`,
        edit: { key: "EarlyStopping.monitor", value: `val_${monitor}` },
      };
    },
  },
  {
    id: "KE-7",
    kinds,
    severity: "error",
    when: "start_from_epoch is not before the last epoch",
    source,
    check: (config) => {
      const [start, epochs] = [config.number("EarlyStopping.start_from_epoch"), config.number("fit.epochs")];
      if (start === undefined || epochs === undefined || start < epochs) return undefined;
      return {
        at: "EarlyStopping.start_from_epoch",
        message: `Epochs before ${start} are passed over, and there are ${epochs}: nothing is watched, and no weights are kept.`,
        fix: `Set start_from_epoch below ${epochs}.`,
      };
    },
  },
  {
    id: "KE-8",
    kinds,
    severity: "error",
    when: "min_delta is in another scale than the score",
    source,
    check: (config) => wrongScale(config, "EarlyStopping"),
  },
  {
    id: "KE-9",
    kinds,
    severity: "warning",
    when: "min_delta is negative, whose sign Keras drops",
    source,
    check: (config) => {
      const delta = config.number("EarlyStopping.min_delta");
      if (delta === undefined || delta >= 0) return undefined;
      return {
        at: "EarlyStopping.min_delta",
        message: `Keras takes the absolute value: ${delta} is ${-delta}.`,
        fix: `Write ${-delta}.`,
        edit: { key: "EarlyStopping.min_delta", value: -delta },
      };
    },
  },
  {
    id: "KE-10",
    kinds,
    severity: "warning",
    when: "no patience is given, whose default is 0",
    source,
    check: (config) => {
      if (!stops(config) || !config.isUnset("EarlyStopping.patience")) return undefined;
      return {
        at: "EarlyStopping",
        message: "Without a patience the first epoch without a gain stops the run.",
        fix: "Give a patience.",
        edit: { key: "EarlyStopping.patience", value: 3 },
      };
    },
  },
  {
    id: "KE-11",
    kinds,
    severity: "error",
    when: "mode contradicts what the metric's name says",
    source,
    check: (config) => wrongMode(config, "EarlyStopping"),
  },
  {
    id: "KE-12",
    kinds,
    severity: "error",
    when: "the callback is made and never given to fit",
    source,
    check: (config) => {
      if (!stops(config) || !config.has("fit") || !config.isUnset("fit.callbacks")) return undefined;
      return {
        at: "EarlyStopping",
        message: "fit has no callbacks: nothing stops the run.",
        fix: "Write callbacks=[...] with it in the call of fit.",
      };
    },
  },
  {
    id: "KE-13",
    kinds,
    severity: "warning",
    when: "a baseline outlasts a patience that is too short to reach it",
    source,
    check: (config) => {
      const [baseline, patience] = [
        config.number("EarlyStopping.baseline"),
        config.number("EarlyStopping.patience") ?? 0,
      ];
      if (baseline === undefined || patience > 2) return undefined;
      return {
        at: "EarlyStopping.baseline",
        message: `Until ${baseline} is beaten every epoch counts as stale, gains too: after ${Math.max(1, patience)} the next epoch without a gain stops the run.`,
        fix: "Use a patience as long as the baseline takes to reach, or start_from_epoch.",
      };
    },
  },
];
