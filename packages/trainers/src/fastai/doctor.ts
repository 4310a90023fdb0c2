import type { DoctorRule } from "../doctor/rule.ts";
import { lessIsBetter, wrongScale } from "../doctor/shared-rules.ts";

const source = "fastai/fastai fastai/callback/tracker.py";

/** Rules of fastai's `EarlyStoppingCallback`. */
export const rules: readonly DoctorRule[] = [
  {
    id: "FA-1",
    kinds: ["fastai"],
    severity: "error",
    when: "comp is not set, and what the metric's name implies is wrong",
    source,
    check: (config) => {
      const monitor = config.text("EarlyStoppingCallback.monitor");
      if (monitor === undefined || !config.isUnset("EarlyStoppingCallback.comp")) return undefined;
      const isLess = lessIsBetter(monitor);
      if (isLess !== true || /loss|error/.test(monitor)) return undefined;
      return {
        at: "EarlyStoppingCallback.monitor",
        message: `${monitor} is better when it is lower, and only names with loss or error are minimised.`,
        fix: "Set comp to np.less.",
      };
    },
  },
  {
    id: "FA-2",
    kinds: ["fastai"],
    severity: "warning",
    when: "no SaveModelCallback keeps the best weights",
    source,
    check: (config) => {
      if (!config.complete || !config.has("EarlyStoppingCallback") || config.has("SaveModelCallback"))
        return undefined;
      return {
        at: "EarlyStoppingCallback",
        message: "The stopped run delivers its last weights.",
        fix: "Add SaveModelCallback with the same monitor and comp.",
      };
    },
  },
  {
    id: "FA-3",
    kinds: ["fastai"],
    severity: "error",
    when: "min_delta is in another scale than the score",
    source,
    check: (config) => wrongScale(config, "EarlyStoppingCallback"),
  },
];
