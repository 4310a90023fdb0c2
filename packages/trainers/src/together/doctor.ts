import type { DoctorRule } from "../doctor/rule.ts";

const source = "docs.together.ai/docs/fine-tuning/early-stopping";

/** Rules of Together AI's fine-tuning request. */
export const rules: readonly DoctorRule[] = [
  {
    id: "TG-1",
    kinds: ["together"],
    severity: "error",
    when: "there are fewer evaluations than patience and warm-up take",
    source,
    check: (config) => {
      const patience = config.number("early_stopping_patience") ?? 2;
      const warmup = config.number("early_stopping_warmup_evals") ?? 1;
      const evals = config.number("n_evals");
      if (config.flag("early_stopping_enabled") !== true || evals === undefined) return undefined;
      const least = patience + warmup + 1;
      if (evals >= least) return undefined;
      return {
        at: "n_evals",
        message: `${evals} evaluations are too few for a patience of ${patience} and a warm-up of ${warmup}: the request is refused.`,
        fix: `Set n_evals to ${least} or more.`,
        edit: { key: "n_evals", value: least },
      };
    },
  },
  {
    id: "TG-2",
    kinds: ["together"],
    severity: "error",
    when: "early stopping without a validation file",
    source,
    check: (config) => {
      if (config.flag("early_stopping_enabled") !== true || !config.isUnset("validation_file"))
        return undefined;
      if (!config.has("training_file")) return undefined;
      return {
        at: "early_stopping_enabled",
        message: "The evaluation loss is watched, and there is no validation_file.",
        fix: "Give validation_file.",
      };
    },
  },
  {
    id: "TG-3",
    kinds: ["together"],
    severity: "warning",
    when: "a patience is set and early stopping is not enabled",
    source,
    check: (config) => {
      if (!config.has("early_stopping_patience") || config.flag("early_stopping_enabled") === true)
        return undefined;
      if (!config.isUnset("early_stopping_enabled") && config.flag("early_stopping_enabled") !== false)
        return undefined;
      return {
        at: "early_stopping_patience",
        message: "early_stopping_enabled is not true: the patience has no effect.",
        fix: "Set early_stopping_enabled to true.",
        edit: { key: "early_stopping_enabled", value: true },
      };
    },
  },
];
