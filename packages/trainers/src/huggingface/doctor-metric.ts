import { metricClassOf } from "@stopwise/core";
import type { DoctorRule } from "../doctor/rule.ts";
import {
  family,
  callbackUsers,
  callbackSource,
  argumentsSource,
  trainerSource,
  isLess,
  restoresBest,
  generated,
  stopsEarly,
  decidingMetric,
} from "./arguments-view.ts";

/** Rules of the Trainer about what is watched: the metric, its direction, scale and where it is computed. */
export const metricRules: readonly DoctorRule[] = [
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
];
