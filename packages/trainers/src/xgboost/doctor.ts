import type { DoctorRule } from "../doctor/rule.ts";

const source = "dmlc/xgboost python-package/xgboost/callback.py";

/** Rules of XGBoost's `EarlyStopping`. */
export const rules: readonly DoctorRule[] = [
  {
    id: "XG-1",
    kinds: ["xgboost"],
    severity: "error",
    when: "the rounds are 0, which stops at once",
    source,
    check: (config) => {
      const rounds = config.number("EarlyStopping.rounds");
      if (rounds === undefined || rounds >= 1) return undefined;
      return {
        at: "EarlyStopping.rounds",
        message: `rounds ${rounds} stops the run at its first round.`,
        fix: "Set rounds to 1 or more.",
        edit: { key: "EarlyStopping.rounds", value: 50 },
      };
    },
  },
  {
    id: "XG-2",
    kinds: ["xgboost"],
    severity: "warning",
    when: "the direction of a metric of one's own is left to be guessed from its name",
    source,
    check: (config) => {
      const metric = config.text("EarlyStopping.metric_name");
      if (metric === undefined || !config.isUnset("EarlyStopping.maximize")) return undefined;
      if (/^(rmse|mae|logloss|error|merror|mlogloss|auc|aucpr|map|ndcg)/.test(metric)) return undefined;
      return {
        at: "EarlyStopping.metric_name",
        message: `Whether more of ${metric} is better is guessed from its name: names that are not known are minimised.`,
        fix: "Set maximize.",
      };
    },
  },
];
