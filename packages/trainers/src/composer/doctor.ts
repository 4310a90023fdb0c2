import type { DoctorRule } from "../doctor/rule.ts";
import { lessIsBetter } from "../doctor/shared-rules.ts";

const source = "mosaicml/composer composer/callbacks/early_stopper.py";

/** Rules of Composer's `EarlyStopper`. */
export const rules: readonly DoctorRule[] = [
  {
    id: "CO-1",
    kinds: ["composer"],
    severity: "warning",
    when: "an integer patience, which is one more than elsewhere",
    source,
    check: (config) => {
      const patience = config.number("EarlyStopper.patience");
      if (patience === undefined) return undefined;
      return {
        at: "EarlyStopper.patience",
        message: `The run stops once more than ${patience} epochs have passed without a gain: one later than in other trainers.`,
        fix: `For a patience of ${patience} as elsewhere write ${Math.max(0, patience - 1)}.`,
      };
    },
  },
  {
    id: "CO-2",
    kinds: ["composer"],
    severity: "error",
    when: "comp is not set, and what the metric's name implies is wrong",
    source,
    check: (config) => {
      const monitor = config.text("EarlyStopper.monitor");
      if (monitor === undefined || !config.isUnset("EarlyStopper.comp")) return undefined;
      const guess = /loss|error|perplexity/i.test(monitor);
      const isLess = lessIsBetter(monitor.toLowerCase());
      if (isLess === undefined || isLess === guess) return undefined;
      return {
        at: "EarlyStopper.monitor",
        message: `${monitor} is better when it is ${isLess ? "lower" : "higher"}, and Composer takes it the other way round.`,
        fix: `Set comp to torch.${isLess ? "less" : "greater"}.`,
      };
    },
  },
  {
    id: "CO-3",
    kinds: ["composer"],
    severity: "error",
    when: "the patience is told in a unit that raises during the run",
    source,
    check: (config) => {
      const patience = config.text("EarlyStopper.patience");
      if (patience === undefined || /^\d+(ep|ba)$/.test(patience)) return undefined;
      return {
        at: "EarlyStopper.patience",
        message: `${patience} passes the constructor and raises at the first check: only ep and ba are taken.`,
        fix: "Write it in epochs, such as 3ep, or in batches, such as 600ba.",
      };
    },
  },
];
