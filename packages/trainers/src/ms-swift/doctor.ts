import type { DoctorRule } from "../doctor/rule.ts";

const source = "modelscope/ms-swift swift/callbacks/early_stop.py";

/** Rules of ms-swift beside those of the Trainer. */
export const rules: readonly DoctorRule[] = [
  {
    id: "MS-1",
    kinds: ["ms-swift"],
    severity: "warning",
    when: "the interval counts saves, and saves are rarer than evaluations",
    source,
    check: (config) => {
      const [save, evaluate] = [config.number("save_steps"), config.number("eval_steps")];
      if (!config.has("early_stop_interval") || save === undefined || evaluate === undefined)
        return undefined;
      if (save === evaluate) return undefined;
      return {
        at: "save_steps",
        message: `early_stop_interval counts saves, every ${save} steps, not evaluations, every ${evaluate}.`,
        fix: `Set save_steps to ${evaluate}.`,
        edit: { key: "save_steps", value: evaluate },
      };
    },
  },
  {
    id: "MS-2",
    kinds: ["ms-swift"],
    severity: "error",
    when: "the patience has another trainer's name",
    source: "modelscope/ms-swift swift/trainers/arguments.py",
    check: (config) => {
      const key = ["early_stopping_patience", "early_stopping_steps"].find((name) => config.has(name));
      if (key === undefined || config.has("early_stop_interval")) return undefined;
      return {
        at: key,
        message: `ms-swift has no ${key}.`,
        fix: "Write early_stop_interval, which counts saves.",
      };
    },
  },
  {
    id: "MS-3",
    kinds: ["ms-swift"],
    severity: "error",
    when: "early stopping without an evaluation set",
    source: "modelscope/ms-swift swift/trainers/arguments.py",
    check: (config) => {
      if (!config.has("early_stop_interval") || config.has("val_dataset")) return undefined;
      const share = config.number("split_dataset_ratio");
      if (!(config.isUnset("split_dataset_ratio") || share === 0)) return undefined;
      return {
        at: share === 0 ? "split_dataset_ratio" : "early_stop_interval",
        message: "There is no evaluation set: split_dataset_ratio is 0 and val_dataset is not given.",
        fix: "Set split_dataset_ratio, such as 0.01, or give val_dataset.",
        edit: { key: "split_dataset_ratio", value: 0.01 },
      };
    },
  },
];
