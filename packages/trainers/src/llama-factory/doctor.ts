import type { DoctorRule } from "../doctor/rule.ts";
import { plannedEvals } from "../huggingface/arguments-view.ts";

const source = "hiyouga/LLaMA-Factory src/llamafactory/hparams/finetuning_args.py";

/** Rules of LLaMA-Factory's YAML beside those of the Trainer. */
export const rules: readonly DoctorRule[] = [
  {
    id: "LF-1",
    kinds: ["llama-factory"],
    severity: "error",
    when: "early_stopping_steps looks like a number of optimiser steps",
    source: "hiyouga/LLaMA-Factory src/llamafactory/train/tuner.py",
    check: (config) => {
      const [steps, every] = [config.number("early_stopping_steps"), config.number("eval_steps")];
      if (steps === undefined || plannedEvals(config) !== undefined) return undefined;
      if (!(every !== undefined && every >= 2 ? steps >= every && steps >= 20 : steps >= 50))
        return undefined;
      const evals = every === undefined ? undefined : Math.max(1, Math.round(steps / every));
      return {
        at: "early_stopping_steps",
        message: `early_stopping_steps counts evaluations, though its help says steps: ${steps} evaluations without a gain are waited for.`,
        fix:
          evals === undefined
            ? "Write a number of evaluations, such as 3."
            : `For ${steps} steps write ${evals}.`,
        edit: { key: "early_stopping_steps", value: evals ?? 3 },
      };
    },
  },
  {
    id: "LF-2",
    kinds: ["llama-factory"],
    severity: "error",
    when: "early_stopping_steps without an evaluation set",
    source: "hiyouga/LLaMA-Factory src/llamafactory/hparams/data_args.py",
    check: (config) => {
      if (!config.has("early_stopping_steps") || config.has("eval_dataset")) return undefined;
      const size = config.number("val_size");
      if (!(config.isUnset("val_size") || size === 0)) return undefined;
      return {
        at: size === 0 ? "val_size" : "early_stopping_steps",
        message: "There is no evaluation set: val_size is 0 and eval_dataset is not given.",
        fix: "Set val_size, such as 0.1.",
        edit: { key: "val_size", value: 0.1 },
      };
    },
  },
  {
    id: "LF-3",
    kinds: ["llama-factory"],
    severity: "error",
    when: "the patience has the Trainer's name, which LLaMA-Factory does not take",
    source,
    check: (config) => {
      if (!config.has("early_stopping_patience") || config.has("early_stopping_steps")) return undefined;
      return {
        at: "early_stopping_patience",
        message: "LLaMA-Factory has no early_stopping_patience.",
        fix: "Write early_stopping_steps, which counts evaluations.",
      };
    },
  },
  {
    id: "LF-4",
    kinds: ["llama-factory"],
    severity: "error",
    when: "accuracy decides and is not computed",
    source,
    check: (config) => {
      const metric = config.text("metric_for_best_model")?.replace(/^eval_/, "");
      if (metric !== "accuracy") return undefined;
      if (!(config.isUnset("compute_accuracy") || config.flag("compute_accuracy") === false))
        return undefined;
      return {
        at: "metric_for_best_model",
        message: "eval_accuracy is logged only with compute_accuracy.",
        fix: "Set compute_accuracy to true.",
        edit: { key: "compute_accuracy", value: true },
      };
    },
  },
];
