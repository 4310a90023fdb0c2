import { metricClassOf } from "@stopwise/core";
import type { Configuration, Kind } from "../doctor/configuration.ts";
import type { DoctorRule } from "../doctor/rule.ts";
import { isAtLeast } from "../release.ts";

const family: readonly Kind[] = ["huggingface", "trl", "axolotl", "llama-factory", "ms-swift"];
const callbackUsers: readonly Kind[] = ["huggingface", "trl"];
const callbackSource = "huggingface/transformers src/transformers/trainer_callback.py";
const argumentsSource = "huggingface/transformers src/transformers/training_args.py";
const trainerSource = "huggingface/transformers src/transformers/trainer.py";

const patienceKeys: Readonly<Partial<Record<Kind, string>>> = {
  "llama-factory": "early_stopping_steps",
  "ms-swift": "early_stop_interval",
};

/** The setting that holds the patience. */
export function patienceKey({ kind }: Configuration): string {
  return patienceKeys[kind] ?? "early_stopping_patience";
}

/** Whether early stopping is asked for. */
export function stopsEarly(config: Configuration): boolean {
  return config.has(patienceKey(config)) || config.has("callback");
}

const lower = (text: string | undefined): string | undefined =>
  text?.replace(/^.*Strategy\./, "").toLowerCase();

/** When the run evaluates, in the Trainer's words; `no` where it surely does not. */
export function evalStrategy(config: Configuration): string | undefined {
  const given = lower(config.text("eval_strategy") ?? config.text("evaluation_strategy"));
  if (given !== undefined) return given;
  if (config.has("eval_strategy") || config.has("evaluation_strategy")) return undefined;
  // Axolotl and LLaMA-Factory take the strategy from the steps.
  if (config.kind !== "huggingface" && config.kind !== "trl" && config.has("eval_steps")) return "steps";
  return config.complete ? "no" : undefined;
}

const saveStrategy = (config: Configuration): string | undefined =>
  lower(config.text("save_strategy")) ?? (config.isUnset("save_strategy") ? "steps" : undefined);

/** The bare name of the metric that decides; `loss` where the Trainer falls back to it. */
export function decidingMetric(config: Configuration): string | undefined {
  const given = config.text("metric_for_best_model");
  if (given !== undefined) return given.replace(/^eval_/, "");
  const falls = config.flag("load_best_model_at_end") === true && config.isUnset("metric_for_best_model");
  return falls ? "loss" : undefined;
}

const isLess = (name: string): boolean => {
  const of = metricClassOf(name);
  return of === "loss" || of === "error-rate";
};

const restoresBest = (config: Configuration): boolean => config.flag("load_best_model_at_end") === true;

/** Evaluations that fit into the plan after a delay, where the plan is told in steps or epochs; undefined else. */
export function plannedEvals(config: Configuration): number | undefined {
  const strategy = evalStrategy(config);
  const delay = config.number("eval_delay") ?? 0;
  const maxSteps = config.number("max_steps");
  const every = config.number("eval_steps");
  if (strategy === "epoch") {
    const epochs = config.number("num_train_epochs") ?? config.number("num_epochs");
    return epochs === undefined || (maxSteps ?? 0) > 0
      ? undefined
      : Math.max(0, Math.floor(epochs) - Math.max(0, Math.ceil(delay) - 1));
  }
  if (strategy !== "steps" || every === undefined || every <= 0) return undefined;
  if (every < 1) return Math.floor(1 / every);
  if (maxSteps === undefined || maxSteps <= 0) return undefined;
  const all = Math.floor(maxSteps / every);
  return Math.max(0, all - Math.max(0, Math.ceil(delay / every) - 1));
}

const generated = /exact_match|(^|_)em$|rouge|bleu|meteor|(^|_)[wc]er$/;

/** Rules of the Hugging Face Trainer and of those that pass its arguments through. */
export const rules: readonly DoctorRule[] = [
  {
    id: "HF-1",
    kinds: family,
    severity: "error",
    when: "save_steps is no multiple of eval_steps while the best checkpoint is to be loaded",
    source: argumentsSource,
    check: (config) => {
      const [save, evaluate] = [config.number("save_steps"), config.number("eval_steps")];
      if (save === undefined || evaluate === undefined || save < 1 || evaluate < 1) return undefined;
      if (evalStrategy(config) !== "steps" || saveStrategy(config) !== "steps") return undefined;
      if (config.kind !== "axolotl" && !restoresBest(config)) return undefined;
      if (save % evaluate === 0) return undefined;
      return {
        at: "save_steps",
        message: `save_steps ${save} is no multiple of eval_steps ${evaluate}: the best checkpoint cannot be loaded, and the Trainer refuses it.`,
        fix: `Set save_steps to ${evaluate}.`,
        edit: { key: "save_steps", value: evaluate },
      };
    },
  },
  {
    id: "HF-2",
    kinds: family,
    severity: "error",
    when: "the save and evaluation strategies differ while the best checkpoint is to be loaded",
    source: argumentsSource,
    check: (config) => {
      const [evaluate, save] = [evalStrategy(config), saveStrategy(config)];
      if (!restoresBest(config) || evaluate === undefined || save === undefined) return undefined;
      if (evaluate === "no" || save === "best" || save === evaluate) return undefined;
      return {
        at: config.has("save_strategy") ? "save_strategy" : "load_best_model_at_end",
        message: `It evaluates by ${evaluate} and saves by ${save}: load_best_model_at_end needs the same for both.`,
        fix: `Set save_strategy to ${evaluate}.`,
        edit: { key: "save_strategy", value: evaluate },
      };
    },
  },
  {
    id: "HF-3",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "error",
    when: "greater_is_better contradicts what the metric's name says",
    source: trainerSource,
    check: (config) => {
      const metric = decidingMetric(config);
      const given = config.flag("greater_is_better");
      if (metric === undefined || given === undefined || metricClassOf(metric) === undefined)
        return undefined;
      if (given !== isLess(metric)) return undefined;
      return {
        at: "greater_is_better",
        message: `${metric} is better when it is ${isLess(metric) ? "lower" : "higher"}, and greater_is_better is ${given}: the worst checkpoint counts as the best.`,
        fix: `Set greater_is_better to ${!given}.`,
        edit: { key: "greater_is_better", value: !given },
      };
    },
  },
  {
    id: "HF-11",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "error",
    when: "greater_is_better is not set and its default is wrong for the metric",
    source: argumentsSource,
    check: (config) => {
      const metric = decidingMetric(config);
      if (metric === undefined || !config.isUnset("greater_is_better")) return undefined;
      if (!isLess(metric) || metric.endsWith("loss")) return undefined;
      return {
        at: "metric_for_best_model",
        message: `${metric} is better when it is lower, but only names that end in loss are minimised unless greater_is_better says so.`,
        fix: "Set greater_is_better to false.",
        edit: { key: "greater_is_better", value: false },
      };
    },
  },
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
    id: "HF-12",
    kinds: callbackUsers,
    severity: "error",
    when: "early_stopping_threshold is larger than a score on a scale from 0 to 1 can ever gain",
    source: callbackSource,
    check: (config) => {
      const threshold = config.number("early_stopping_threshold");
      const metric = decidingMetric(config);
      if (threshold === undefined || metric === undefined || threshold < 0.5) return undefined;
      const of = metricClassOf(metric);
      if (of === undefined || of === "loss") return undefined;
      return {
        at: "early_stopping_threshold",
        message: `A gain of more than ${threshold} is asked for at every evaluation: ${metric} is usually logged between 0 and 1.`,
        fix: `For ${threshold} points write ${Number((threshold / 100).toPrecision(6))}, unless the score is logged in percent.`,
        edit: { key: "early_stopping_threshold", value: Number((threshold / 100).toPrecision(6)) },
      };
    },
  },
  {
    id: "HF-6",
    kinds: callbackUsers,
    severity: "error",
    when: "the metric that decides is never computed",
    source: "huggingface/transformers#28530",
    check: (config) => {
      const metric = decidingMetric(config);
      if (metric === undefined || metric === "loss" || !config.has("trainer")) return undefined;
      if (metric === "mean_token_accuracy" && config.kind === "trl") return undefined;
      if (!config.isUnset("trainer.compute_metrics")) return undefined;
      return {
        at: "metric_for_best_model",
        message: `Nothing computes ${metric}: the Trainer has no compute_metrics, so its log holds eval_loss alone, and the first evaluation ends with a KeyError.`,
        fix: `Give compute_metrics that returns ${metric}, or watch eval_loss.`,
      };
    },
  },
  {
    id: "HF-13",
    kinds: family,
    severity: "error",
    when: "metric_for_best_model names something of the training log",
    source: trainerSource,
    check: (config) => {
      const metric = config.text("metric_for_best_model");
      if (metric === undefined || !/^train[_/]/.test(metric)) return undefined;
      return {
        at: "metric_for_best_model",
        message: `The Trainer looks for eval_${metric}: only evaluations are compared.`,
        fix: `Watch eval_${metric.replace(/^train[_/]/, "")}.`,
        edit: { key: "metric_for_best_model", value: `eval_${metric.replace(/^train[_/]/, "")}` },
      };
    },
  },
  {
    id: "HF-14",
    kinds: callbackUsers,
    severity: "error",
    when: "prediction_loss_only keeps the metric that decides from being computed",
    source: argumentsSource,
    check: (config) => {
      const metric = decidingMetric(config);
      if (metric === undefined || metric === "loss" || config.flag("prediction_loss_only") !== true)
        return undefined;
      return {
        at: "prediction_loss_only",
        message: `With prediction_loss_only nothing but the loss is computed, and ${metric} is to decide.`,
        fix: "Set prediction_loss_only to false.",
        edit: { key: "prediction_loss_only", value: false },
      };
    },
  },
  {
    id: "HF-15",
    kinds: ["huggingface"],
    severity: "error",
    when: "a metric of generated text decides without predict_with_generate",
    source: "huggingface/transformers src/transformers/trainer_seq2seq.py",
    check: (config) => {
      const metric = decidingMetric(config);
      if (metric === undefined || !config.has("seq2seq") || !generated.test(metric)) return undefined;
      const isOff = config.flag("predict_with_generate") === false || config.isUnset("predict_with_generate");
      if (!isOff) return undefined;
      return {
        at: config.has("predict_with_generate") ? "predict_with_generate" : "metric_for_best_model",
        message: `${metric} is about generated text, and without predict_with_generate compute_metrics gets logits of teacher forcing.`,
        fix: "Set predict_with_generate to true.",
        edit: { key: "predict_with_generate", value: true },
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
    id: "HF-8",
    kinds: family,
    severity: "error",
    when: "the name of the evaluation strategy does not suit the release",
    source: "huggingface/transformers#30190",
    check: (config) => {
      const { release } = config;
      const isOld = config.has("evaluation_strategy");
      const isNew = config.has("eval_strategy");
      if (release === undefined || (!isOld && !isNew)) return undefined;
      const wants = isAtLeast(release, [4, 41]) ? "eval_strategy" : "evaluation_strategy";
      if (config.has(wants)) return undefined;
      return {
        at: isOld ? "evaluation_strategy" : "eval_strategy",
        message: `transformers ${release} does not know this name.`,
        fix: `Write ${wants}.`,
      };
    },
  },
  {
    id: "HF-16",
    kinds: family,
    severity: "warning",
    when: "evaluation_strategy is used, which newer releases no longer take",
    source: "huggingface/transformers#30190",
    check: (config) => {
      if (config.release !== undefined || !config.has("evaluation_strategy")) return undefined;
      return {
        at: "evaluation_strategy",
        message: "evaluation_strategy became eval_strategy at 4.41 and is unknown to current releases.",
        fix: "Write eval_strategy, or tell the release with --target-version.",
      };
    },
  },
  {
    id: "HF-9",
    kinds: family,
    severity: "error",
    when: "the patience cannot run out before the plan ends",
    source: callbackSource,
    check: (config) => {
      const key = patienceKey(config);
      const [patience, evals] = [config.number(key), plannedEvals(config)];
      if (patience === undefined || evals === undefined || evals === 0 || evals > patience) return undefined;
      return {
        at: key,
        message: `The plan has ${evals} evaluation${evals === 1 ? "" : "s"} and the patience is ${patience}: the stop can never come before the end.`,
        fix: "Evaluate more often, or lower the patience.",
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
    id: "HF-18",
    kinds: family,
    severity: "error",
    when: "early stopping without evaluation",
    source: callbackSource,
    check: (config) => {
      if (!stopsEarly(config) || evalStrategy(config) !== "no") return undefined;
      if (config.has("evals_per_epoch")) return undefined;
      return {
        at: ["eval_strategy", "evaluation_strategy"].find((key) => config.has(key)) ?? patienceKey(config),
        message: "The run never evaluates, so there is nothing to stop by.",
        fix: "Set eval_strategy to steps, with eval_steps.",
        edit: { key: "eval_strategy", value: "steps" },
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
    id: "HF-22",
    kinds: callbackUsers,
    severity: "error",
    when: "the callback has no metric to watch",
    source: callbackSource,
    check: (config) => {
      if (!config.has("callback") || !config.isUnset("metric_for_best_model") || restoresBest(config))
        return undefined;
      if (!config.isUnset("load_best_model_at_end") && config.flag("load_best_model_at_end") === undefined)
        return undefined;
      return {
        at: "callback",
        message:
          "metric_for_best_model is not set, and without load_best_model_at_end it does not fall back to the loss: the callback refuses to start.",
        fix: "Set metric_for_best_model, such as eval_loss.",
        edit: { key: "metric_for_best_model", value: "eval_loss" },
      };
    },
  },
  {
    id: "HF-23",
    kinds: callbackUsers,
    severity: "warning",
    when: "a score is computed and the loss decides, since no metric is named",
    source: argumentsSource,
    check: (config) => {
      if (!stopsEarly(config) || !restoresBest(config) || !config.isUnset("metric_for_best_model"))
        return undefined;
      if (!config.has("trainer.compute_metrics")) return undefined;
      return {
        at: "load_best_model_at_end",
        message: "The Trainer computes a score, but eval_loss decides, for metric_for_best_model is not set.",
        fix: "Set metric_for_best_model to the score, and greater_is_better with it.",
      };
    },
  },
  {
    id: "HF-24",
    kinds: family,
    severity: "error",
    when: "eval_steps is a share of the plan and save_steps a number of steps, or the reverse",
    source: argumentsSource,
    check: (config) => {
      const [save, evaluate] = [config.number("save_steps"), config.number("eval_steps")];
      if (save === undefined || evaluate === undefined || save <= 0 || evaluate <= 0) return undefined;
      if (!restoresBest(config) || save < 1 === evaluate < 1) return undefined;
      return {
        at: "save_steps",
        message: `eval_steps ${evaluate} and save_steps ${save}: one is a share of the plan, the other counts steps, and the best checkpoint needs both alike.`,
        fix: `Set save_steps to ${evaluate}.`,
        edit: { key: "save_steps", value: evaluate },
      };
    },
  },
  {
    id: "HF-25",
    kinds: callbackUsers,
    severity: "warning",
    when: "the evaluation cadence is left to logging_steps",
    source: argumentsSource,
    check: (config) => {
      if (!stopsEarly(config) || !config.isUnset("eval_steps")) return undefined;
      if (evalStrategy(config) !== "steps") return undefined;
      const every = config.number("logging_steps") ?? 500;
      return {
        at: config.has("eval_strategy") ? "eval_strategy" : "evaluation_strategy",
        message: `eval_steps is not set, so it is logging_steps: an evaluation every ${every} steps is what the patience counts.`,
        fix: "Set eval_steps, and save_steps to the same.",
        edit: { key: "eval_steps", value: every },
      };
    },
  },
  {
    id: "HF-26",
    kinds: family,
    severity: "warning",
    when: "eval_steps is set while the run evaluates by epoch",
    source: argumentsSource,
    check: (config) => {
      if (
        !stopsEarly(config) ||
        evalStrategy(config) !== "epoch" ||
        config.number("eval_steps") === undefined
      )
        return undefined;
      return {
        at: "eval_steps",
        message: "The run evaluates once an epoch: eval_steps has no effect, and the patience counts epochs.",
        fix: "Set the evaluation strategy to steps, or leave eval_steps out.",
      };
    },
  },
  {
    id: "HF-27",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "error",
    when: "eval_delay leaves no evaluation in the plan",
    source: argumentsSource,
    check: (config) => {
      const [delay, maxSteps] = [config.number("eval_delay"), config.number("max_steps")];
      if (delay === undefined || delay <= 0) return undefined;
      const strategy = evalStrategy(config);
      const end = strategy === "epoch" ? config.number("num_train_epochs") : maxSteps;
      if (end === undefined || end <= 0 || delay <= end) return undefined;
      return {
        at: "eval_delay",
        message: `eval_delay ${delay} counts ${strategy === "epoch" ? "epochs" : "steps"}, and the plan ends at ${end}: no evaluation takes place.`,
        fix: "Lower eval_delay.",
      };
    },
  },
  {
    id: "HF-28",
    kinds: ["huggingface", "trl", "llama-factory", "ms-swift"],
    severity: "warning",
    when: "eval_delay is below one evaluation interval, so that it delays nothing",
    source: argumentsSource,
    check: (config) => {
      const [delay, every] = [config.number("eval_delay"), config.number("eval_steps")];
      if (delay === undefined || every === undefined || every < 1 || delay <= 0) return undefined;
      if (evalStrategy(config) !== "steps" || delay > every) return undefined;
      return {
        at: "eval_delay",
        message: `eval_delay counts steps when the run evaluates by steps: the first evaluation is at step ${every} anyhow.`,
        fix: `For a warm-up of ${delay} evaluations write ${(Math.max(1, Math.round(delay)) + 1) * every}.`,
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
  {
    id: "HF-31",
    kinds: callbackUsers,
    severity: "error",
    when: "several evaluation sets, and the metric names none of them",
    source: trainerSource,
    check: (config) => {
      const sets = config.setting("trainer.eval_dataset")?.value;
      const metric = decidingMetric(config);
      if (!Array.isArray(sets) || metric === undefined || sets.length === 0) return undefined;
      if (sets.some((name) => metric.startsWith(`${String(name)}_`))) return undefined;
      return {
        at: "metric_for_best_model",
        message: `Each evaluation set logs under its own name, such as eval_${String(sets[0])}_${metric}: eval_${metric} never appears.`,
        fix: `Set metric_for_best_model to ${String(sets[0])}_${metric}.`,
        edit: { key: "metric_for_best_model", value: `${String(sets[0])}_${metric}` },
      };
    },
  },
  {
    id: "HF-32",
    kinds: family,
    severity: "error",
    when: "the best checkpoint is to be loaded and nothing is saved",
    source: argumentsSource,
    check: (config) => {
      if (!restoresBest(config) || saveStrategy(config) !== "no") return undefined;
      return {
        at: "save_strategy",
        message: "load_best_model_at_end needs checkpoints, and save_strategy is no.",
        fix: `Set save_strategy to ${evalStrategy(config) === "epoch" ? "epoch" : "steps"}.`,
        edit: { key: "save_strategy", value: evalStrategy(config) === "epoch" ? "epoch" : "steps" },
      };
    },
  },
];
