import type { DoctorRule } from "../doctor/rule.ts";

const source = "microsoft/LightGBM python-package/lightgbm/callback.py";

/** Rules of LightGBM's `early_stopping`. */
export const rules: readonly DoctorRule[] = [
  {
    id: "LG-1",
    kinds: ["lightgbm"],
    severity: "error",
    when: "the rounds are 0 or less, which switches it off",
    source,
    check: (config) => {
      const rounds = config.number("early_stopping.stopping_rounds");
      if (rounds === undefined || rounds >= 1) return undefined;
      return {
        at: "early_stopping.stopping_rounds",
        message: `stopping_rounds ${rounds} switches early stopping off; current releases raise.`,
        fix: "Set stopping_rounds to 1 or more.",
        edit: { key: "early_stopping.stopping_rounds", value: 50 },
      };
    },
  },
  {
    id: "LG-2",
    kinds: ["lightgbm"],
    severity: "warning",
    when: "any metric of any validation set can stop the run",
    source,
    check: (config) => {
      if (!config.has("early_stopping") || config.flag("early_stopping.first_metric_only") === true)
        return undefined;
      if (
        !config.isUnset("early_stopping.first_metric_only") &&
        config.flag("early_stopping.first_metric_only") !== false
      )
        return undefined;
      return {
        at: "early_stopping",
        message: "Every metric of every validation set can stop the run, whichever stands still first.",
        fix: "Set first_metric_only to True, and name the metric that counts first.",
        edit: { key: "early_stopping.first_metric_only", value: true },
      };
    },
  },
];
