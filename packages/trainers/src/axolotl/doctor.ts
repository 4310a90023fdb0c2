import { metricClassOf } from "@stopwise/core";
import type { DoctorRule } from "../doctor/rule.ts";

const source = "axolotl-ai-cloud/axolotl src/axolotl/utils/schemas/validation.py";
const builder = "axolotl-ai-cloud/axolotl src/axolotl/core/builders/causal.py";

/** Rules of Axolotl's YAML beside those of the Trainer. */
export const rules: readonly DoctorRule[] = [
  {
    id: "AX-1",
    kinds: ["axolotl"],
    severity: "error",
    when: "evals_per_epoch or saves_per_epoch stands beside a patience",
    source,
    check: (config) => {
      const key = ["evals_per_epoch", "saves_per_epoch"].find((name) => config.has(name));
      if (!config.has("early_stopping_patience") || key === undefined) return undefined;
      return {
        at: key,
        message: `With early_stopping_patience Axolotl wants eval_steps and save_steps; ${key} is turned into steps only after that check, which fails.`,
        fix: "Write eval_steps and save_steps in steps, and leave evals_per_epoch and saves_per_epoch out.",
      };
    },
  },
  {
    id: "AX-2",
    kinds: ["axolotl"],
    severity: "error",
    when: "a metric where less is better and whose name does not end in loss decides",
    source: builder,
    check: (config) => {
      const metric = config.text("metric_for_best_model")?.replace(/^eval_/, "");
      if (metric === undefined || metric.endsWith("loss")) return undefined;
      const of = metricClassOf(metric);
      const isLess = of === "loss" || of === "error-rate" || config.flag("greater_is_better") === false;
      if (!isLess) return undefined;
      return {
        at: config.has("greater_is_better") ? "greater_is_better" : "metric_for_best_model",
        message: `Axolotl drops greater_is_better: false, so ${metric} is maximised.`,
        fix: "Watch eval_loss, or a score where more is better.",
        edit: { key: "metric_for_best_model", value: "eval_loss" },
      };
    },
  },
  {
    id: "AX-3",
    kinds: ["axolotl"],
    severity: "error",
    when: "a patience without an evaluation set",
    source: builder,
    check: (config) => {
      if (!config.has("early_stopping_patience")) return undefined;
      const size = config.number("val_set_size");
      const isNone = config.isUnset("val_set_size") || size === 0;
      if (!isNone || config.has("test_datasets")) return undefined;
      return {
        at: size === 0 ? "val_set_size" : "early_stopping_patience",
        message: "There is no evaluation set, so nothing is evaluated and nothing stops the run.",
        fix: "Set val_set_size, such as 0.05, or give test_datasets.",
        edit: { key: "val_set_size", value: 0.05 },
      };
    },
  },
  {
    id: "AX-4",
    kinds: ["axolotl"],
    severity: "warning",
    when: "a threshold is set, which Axolotl does not have",
    source: builder,
    check: (config) => {
      if (!config.has("early_stopping_threshold")) return undefined;
      return {
        at: "early_stopping_threshold",
        message: "Axolotl gives the callback its patience alone: the threshold stays 0.",
        fix: "Leave it out.",
      };
    },
  },
  {
    id: "AX-5",
    kinds: ["axolotl"],
    severity: "error",
    when: "a patience without explicit eval_steps and save_steps",
    source,
    check: (config) => {
      if (
        !config.has("early_stopping_patience") ||
        config.has("evals_per_epoch") ||
        config.has("saves_per_epoch")
      )
        return undefined;
      const missing = ["eval_steps", "save_steps"].filter((key) => config.isUnset(key));
      if (missing.length === 0) return undefined;
      return {
        at: "early_stopping_patience",
        message: `early_stopping_patience needs eval_steps and save_steps, and ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing.`,
        fix: "Write both, in steps, save_steps a multiple of eval_steps.",
      };
    },
  },
];
