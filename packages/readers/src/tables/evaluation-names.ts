import { metricClassOf } from "@stopwise/core";
import { nameMetric, normaliseName } from "../mapping/metric-choice.ts";

/** A column (or tag) under its own name and in lower case with `_` for blanks and punctuation. */
export interface KeyedName {
  readonly name: string;
  readonly key: string;
}

/** Words for a score, as they are written behind a split without a separator: `valloss`, `testacc`. */
const score =
  "loss(?:es)?|acc|accs|accuracy|accuracies|f1|em|ppl|perplexity|bleu|wer|cer|auc|mse|mae|rmse|error";
const evaluationPrefix = new RegExp(
  `^(full_valid|metrics(?!_train)(?=_)|eval|evaluation|(?:val|valid|validation|test|dev)\\d*)(_|$)` +
    `|^(val|valid|validation|test|dev|eval)(${score})(_|$)`,
);
const evaluationSuffix = /_(eval|evaluation|val|valid|validation|test|dev)$/;
const trainingPrefix = /^(train|training)(_|$)/;

/** Time, speed, counters and running bests that trainers log under an evaluation prefix. */
const timing =
  /(^|_)(runtime|times?|timings?|duration|elapsed|seconds|secs?|ms|latency|timestamp|eta|took|throughput|speed|wps|ups|wpb|bsz|best)(_|$)/;
const rate = /(^|_)(samples|tokens|tok|examples|steps|iters?|it|batches)_(per_\w+|s|sec|seen)$/;
const counter = /(^|_)num_(tokens|updates|samples|examples|batches|workers|steps|epochs)$/;
/** Settings whose names begin with a split: `eval_every`, `val_check_interval`, `test_batch_size`. */
const setting =
  /(^|_)(every(_\w+)?|interval|freq|frequency|batch_?size|workers|patience|seed)$|^[a-z]+_(epochs?|steps?|iters?|iterations?|batch(es)?|bs|samples|examples|split|size|fraction|frac|ratio|limit|delta|start|delay|strategy)$/;

/** Whether a name under an evaluation prefix is a measurement, not a time, a speed, a counter or a setting. */
export function isMeasurement(key: string): boolean {
  return !(timing.test(key) || rate.test(key) || counter.test(key) || setting.test(key));
}

/** A name in lower case with `_` for blanks and punctuation; the underscore of `_step` stays. */
export const keyOf = (name: string): string =>
  name.startsWith("_") ? `_${normaliseName(name)}` : normaliseName(name);

/** A name that begins with an evaluation split and is a measurement: `eval_loss`, `valacc`, `test/f1`. */
export const isEvaluationKey = (key: string): boolean => evaluationPrefix.test(key) && isMeasurement(key);

/** A score whose name holds its split further on: `loss_val`, `Loss/test`, `model/eval/f1`. */
export function isSplitLater({ name, key }: KeyedName): boolean {
  if (trainingPrefix.test(key) || !isMeasurement(key)) return false;
  const later = name.split(/[/.]/).slice(1);
  return (
    (evaluationSuffix.test(key) || later.some((part) => isEvaluationKey(keyOf(part)))) &&
    nameMetric(key) !== undefined
  );
}

const reinforcement = /(^|_)(return|reward|rew|rew_mean|reward_mean|success_rate|distance)$/;

/** A return or reward of reinforcement learning, measured on whole episodes. */
export const isReturn = (key: string): boolean =>
  reinforcement.test(key) && !trainingPrefix.test(key) && !key.startsWith("rewards_");

/** Whether some part of a name such as `model/train/f1` names a split. */
const namesSplit = (name: string): boolean =>
  name.split(/[/.]/).some((part) => trainingPrefix.test(keyOf(part)) || evaluationPrefix.test(keyOf(part)));

/** A score that names no split; a loss that names none is the training loss. */
export function isBareScore({ name, key }: KeyedName): boolean {
  if (namesSplit(name) || key.endsWith("_history") || !isMeasurement(key)) return false;
  if (isReturn(key)) return true;
  const metric = nameMetric(key);
  return (
    metric !== undefined &&
    metric.metricClass !== "loss" &&
    metricClassOf(key) !== undefined &&
    metric.rank % 10_000 < 240
  );
}

/** Scores of whole answers: no trainer works them out for its training batch. */
export function isAnswerScore(key: string): boolean {
  if (key.startsWith("rewards_")) return false;
  return /(^|_)(exact_match|exact|em|pass_?(at_?)?\d+|bleu\w*|sacrebleu|rouge\w*|chrf\w*|meteor|bertscore|wer|cer|f1)$/.test(
    key,
  );
}
