import { expect, test } from "vitest";
import { isMetric, nameMetric, rankMetrics } from "./metric-choice.ts";
import { scaleQuality } from "./quality-scale.ts";

test.each([
  [["eval_loss", "eval_f1", "eval_exact_match"], "eval_exact_match"],
  [["Validation Loss", "Rouge1", "Rouge2", "Rougel", "Rougelsum", "Gen Len"], "Rougel"],
  [["Validation Loss", "Wer", "Cer"], "Wer"],
  [["Validation Loss", "Precision", "Recall", "Fscore"], "Fscore"],
  [["Validation Loss", "Claim F1", "Overall Precision", "Overall F1", "Overall Accuracy"], "Overall F1"],
  [["Precision", "Recall", "F1", "Accuracy"], "Accuracy"],
  [["val_loss", "val_perplexity"], "val_loss"],
  [["TEST_F1", "DEV_F1", "DEV_LOSS"], "DEV_F1"],
  [["test_accuracy", "test_error_rate"], "test_accuracy"],
  [["eval_bleu", "eval_gen_len", "eval_sacrebleu"], "eval_bleu"],
  [["eval/em", "eval/f1"], "eval/em"],
  [["eval_pearson", "eval_spearmanr"], "eval_pearson"],
])("of %j the metric is %s", (names, first) => {
  expect(rankMetrics(names)[0]?.name).toBe(first);
});

test.each([
  ["eval_exact_match", "exact_match", "match", "validation"],
  ["Exact Match", "exact_match", "match", "validation"],
  ["test_em", "exact_match", "match", "test"],
  ["eval_rougeLsum", "rougeLsum", "overlap", "validation"],
  ["eval_squad_exact_match", "squad_exact_match", "match", "validation"],
  ["valid/acc", "accuracy", "match", "validation"],
  ["eval_val_wer", "wer", "error-rate", "validation"],
])("%s is %s", (name, canonical, metricClass, split) => {
  expect(nameMetric(name)).toMatchObject({ canonical, metricClass, split });
});

test.each(["Gen Len", "eval_runtime", "eval_samples_per_second", "Claim Number", "eval_support"])(
  "%s is no score",
  (name) => {
    expect(nameMetric(name)).toBeUndefined();
  },
);

test.each([
  ["eval_exact_match", "exact_match", true],
  ["Exact Match", "em", true],
  ["eval_f1", "exact_match", false],
  ["test_f1", "f1", true],
  ["test_f1", "eval_f1", false],
  ["my_thing", "my thing", true],
])("%s is the metric %s: %s", (name, asked, expected) => {
  expect(isMetric(name, asked)).toBe(expected);
});

const accuracy = { metricClass: "match", canonical: "accuracy" } as const;
const wer = { metricClass: "error-rate", canonical: "wer" } as const;
const mcc = { metricClass: "correlation", canonical: "matthews_correlation" } as const;

test.each([
  ["fractions", accuracy, [0.2, Number.NaN, 1], [0.2, Number.NaN, 1]],
  ["percent, decided for the run", accuracy, [0.8, 40, 100], [0.008, 0.4, 1]],
  ["fractional error rates above 1", wer, [2.5, 0.5, 0.25], [0, 0.5, 0.75]],
  ["error rates in percent", wer, [150, 50, 25], [0, 0.5, 0.75]],
  ["an error rate stuck at 1", wer, [1, 1.0004, 1], [0, 0, 0]],
  ["negative correlation", mcc, [-0.5, 0.5], [0, 0.5]],
  ["rounding just above 1", accuracy, [0.5, 1.000_000_2], [0.5, 1]],
])("%s", (_, metric, values, quality) => {
  const scaled = scaleQuality(values, metric)?.quality ?? [];
  expect(scaled).toHaveLength(quality.length);
  for (const [index, value] of quality.entries()) {
    if (Number.isNaN(value)) expect(scaled[index]).toBeNaN();
    else expect(scaled[index]).toBeCloseTo(value, 12);
  }
});

test.each([
  ["a reward", [-1800, 700]],
  ["a count", [5646, 12]],
  ["nothing finite", [Number.NaN, Number.POSITIVE_INFINITY]],
  ["no values", []],
])("%s fits no scale", (_, values) => {
  expect(scaleQuality(values, accuracy)).toBeUndefined();
});
