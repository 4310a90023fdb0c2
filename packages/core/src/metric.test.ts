import { expect, test } from "vitest";
import { directionOf, metricClassOf } from "./metric.ts";

test.each([
  ["eval_exact_match", "match", "max"],
  ["Exact Match", "match", "max"],
  ["eval_mean_token_accuracy", "match", "max"],
  ["pass@1", "match", "max"],
  ["eval_rougeLsum", "overlap", "max"],
  ["F1", "overlap", "max"],
  ["eval/wer", "error-rate", "min"],
  ["matthews_correlation", "correlation", "max"],
  ["eval_loss", "loss", "min"],
  ["perplexity", "loss", "min"],
  ["val_bpb", "loss", "min"],
  ["gen_len", undefined, undefined],
])("%s is %s, better is %s", (name, metricClass, direction) => {
  expect(metricClassOf(name)).toBe(metricClass);
  expect(directionOf(name)).toBe(direction);
});
