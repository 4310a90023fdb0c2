import type { DoctorRule } from "../doctor/rule.ts";
import {
  family,
  callbackUsers,
  callbackSource,
  trainerSource,
  lower,
  restoresBest,
  patienceKey,
  stopsEarly,
  plannedEvals,
} from "./arguments-view.ts";

/** Rules of the Trainer about the callback itself and what the stopped run delivers. */
export const callbackRules: readonly DoctorRule[] = [
  {
    id: "HF-4",
    kinds: family,
    severity: "error",
    when: "the patience is below 1",
    source: callbackSource,
    check: (config) => {
      const key = patienceKey(config);
      const patience = config.number(key);
      if (patience === undefined || patience >= 1) return undefined;
      return {
        at: key,
        message: `A patience of ${patience} stops the run at its first evaluation.`,
        fix: `Set ${key} to 1 or more.`,
        edit: { key, value: 3 },
      };
    },
  },
  {
    id: "HF-5",
    kinds: callbackUsers,
    severity: "warning",
    when: "early_stopping_threshold is above 0, which is often meant as a dead band",
    source: callbackSource,
    check: (config) => {
      const threshold = config.number("early_stopping_threshold");
      if (threshold === undefined || threshold <= 0) return undefined;
      return {
        at: "early_stopping_threshold",
        message: `Each evaluation must beat the last best by more than ${threshold}, and the best moves with every gain: a run that creeps up by less each time is stopped while it improves.`,
        fix: "Set early_stopping_threshold to 0 and choose the patience by replay.",
        edit: { key: "early_stopping_threshold", value: 0 },
      };
    },
  },
  {
    id: "HF-7",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "warning",
    when: "early stopping without load_best_model_at_end",
    source: callbackSource,
    check: (config) => {
      if (!stopsEarly(config)) return undefined;
      const isOff =
        config.flag("load_best_model_at_end") === false || config.isUnset("load_best_model_at_end");
      if (!isOff) return undefined;
      return {
        at: config.has("load_best_model_at_end") ? "load_best_model_at_end" : patienceKey(config),
        message:
          "The stopped run delivers its last weights, which are the patience older than its best; older releases raise.",
        fix: "Set load_best_model_at_end to true.",
        edit: { key: "load_best_model_at_end", value: true },
      };
    },
  },
  {
    id: "HF-17",
    kinds: ["huggingface", "trl", "axolotl", "ms-swift"],
    severity: "warning",
    when: "the patience looks like a number of optimiser steps",
    source: callbackSource,
    check: (config) => {
      const key = patienceKey(config);
      const [patience, every] = [config.number(key), config.number("eval_steps")];
      if (patience === undefined || every === undefined || every < 2) return undefined;
      if (plannedEvals(config) !== undefined || patience < 50 || patience % every !== 0) return undefined;
      return {
        at: key,
        message: `Patience counts evaluations: ${patience} of them are ${patience * every} steps.`,
        fix: `For ${patience} steps write ${patience / every}.`,
        edit: { key, value: patience / every },
      };
    },
  },
  {
    id: "HF-10",
    kinds: callbackUsers,
    severity: "warning",
    when: "a run that resumes starts its patience anew",
    source: "huggingface/transformers#28544",
    check: (config) => {
      if (!stopsEarly(config) || !config.has("resume_from_checkpoint")) return undefined;
      const resumes = config.setting("resume_from_checkpoint")!.value;
      if (resumes === false || resumes === null || !config.isUnset("restore_callback_states_from_checkpoint"))
        return undefined;
      return {
        at: "resume_from_checkpoint",
        message:
          "The counter of the callback is saved and not restored: after a resume the patience starts anew.",
        fix: "Set restore_callback_states_from_checkpoint to true.",
        edit: { key: "restore_callback_states_from_checkpoint", value: true },
      };
    },
  },
  {
    id: "HF-19",
    kinds: callbackUsers,
    severity: "error",
    when: "the Trainer of an early-stopped run has no evaluation set",
    source: trainerSource,
    check: (config) => {
      if (!stopsEarly(config) || !config.has("trainer") || !config.isUnset("trainer.eval_dataset"))
        return undefined;
      return {
        at: "trainer",
        message: "The Trainer has no eval_dataset, so no evaluation can take place.",
        fix: "Give eval_dataset to the Trainer.",
      };
    },
  },
  {
    id: "HF-20",
    kinds: callbackUsers,
    severity: "error",
    when: "the callback is made and never given to the Trainer",
    source: trainerSource,
    check: (config) => {
      if (!config.has("callback") || !config.has("trainer") || !config.isUnset("trainer.callbacks"))
        return undefined;
      if (config.has("callback.added")) return undefined;
      return {
        at: "callback",
        message: "The callback is not among the Trainer's callbacks: nothing stops the run.",
        fix: "Write callbacks=[...] with it in the call of the Trainer.",
      };
    },
  },
  {
    id: "HF-21",
    kinds: callbackUsers,
    severity: "warning",
    when: "EarlyStoppingCallback is used without a patience, whose default is 1",
    source: callbackSource,
    check: (config) => {
      if (!config.has("callback") || !config.isUnset("early_stopping_patience")) return undefined;
      return {
        at: "callback",
        message:
          "Without early_stopping_patience the first evaluation without a gain stops the run: the default is 1.",
        fix: "Give early_stopping_patience.",
        edit: { key: "early_stopping_patience", value: 3 },
      };
    },
  },
  {
    id: "HF-29",
    kinds: ["huggingface", "trl", "llama-factory", "axolotl", "ms-swift"],
    severity: "warning",
    when: "a learning-rate schedule falls over the whole plan while the run is to stop early",
    source: "huggingface/transformers src/transformers/optimization.py",
    check: (config) => {
      const key = config.has("lr_scheduler") ? "lr_scheduler" : "lr_scheduler_type";
      const schedule = lower(config.text(key));
      if (!stopsEarly(config) || schedule === undefined || !/^(linear|cosine|polynomial)$/.test(schedule))
        return undefined;
      return {
        at: key,
        message: `The ${schedule} schedule reaches its low rates at the end of the plan: a run that stops early never gets the gains of the decay.`,
        fix: "Plan as many epochs as are usually used, or use a schedule that decays on demand (warmup_stable_decay, reduce_lr_on_plateau).",
      };
    },
  },
  {
    id: "HF-30",
    kinds: ["huggingface", "trl", "llama-factory"],
    severity: "warning",
    when: "checkpoints of an early-stopped run are never deleted",
    source: "huggingface/transformers#35070",
    check: (config) => {
      if (!stopsEarly(config) || !restoresBest(config) || !config.isUnset("save_total_limit"))
        return undefined;
      return {
        at: "load_best_model_at_end",
        message: "Every checkpoint stays on the disk: save_total_limit is not set.",
        fix: "Set save_total_limit to 2: the best and the last are kept.",
        edit: { key: "save_total_limit", value: 2 },
      };
    },
  },
];
