import { metricClassOf } from "@stopwise/core";
import type { Configuration, Kind } from "../doctor/configuration.ts";

/** Trainers that take the Trainer's arguments. */
export const family: readonly Kind[] = ["huggingface", "trl", "axolotl", "llama-factory", "ms-swift"];
/** Those whose callback is made in Python. */
export const callbackUsers: readonly Kind[] = ["huggingface", "trl"];
/** Where the callback stands. */
export const callbackSource = "huggingface/transformers src/transformers/trainer_callback.py";
/** Where the arguments are checked. */
export const argumentsSource = "huggingface/transformers src/transformers/training_args.py";
/** Where the best is determined. */
export const trainerSource = "huggingface/transformers src/transformers/trainer.py";

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

/** A strategy as its bare word: `IntervalStrategy.STEPS` is `steps`. */
export const lower = (text: string | undefined): string | undefined =>
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

/** When the run saves. */
export const saveStrategy = (config: Configuration): string | undefined =>
  lower(config.text("save_strategy")) ?? (config.isUnset("save_strategy") ? "steps" : undefined);

/** The bare name of the metric that decides; `loss` where the Trainer falls back to it. */
export function decidingMetric(config: Configuration): string | undefined {
  const given = config.text("metric_for_best_model");
  if (given !== undefined) return given.replace(/^eval_/, "");
  const falls = config.flag("load_best_model_at_end") === true && config.isUnset("metric_for_best_model");
  return falls ? "loss" : undefined;
}

/** Whether less of a metric is better. */
export const isLess = (name: string): boolean => {
  const of = metricClassOf(name);
  return of === "loss" || of === "error-rate";
};

/** Whether the best checkpoint is to be loaded. */
export const restoresBest = (config: Configuration): boolean =>
  config.flag("load_best_model_at_end") === true;

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

/** Metrics of generated text. */
export const generated = /exact_match|(^|_)em$|rouge|bleu|meteor|(^|_)[wc]er$/;
