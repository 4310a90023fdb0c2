import type { MetricClass } from "@stopwise/core";
import { prepare, type RecommendOptions } from "./recommend-from.ts";
import type { StopwiseModel } from "./stopwise-model.ts";

const bounds: readonly RecommendOptions[] = [
  ...[0.005, 0.01, 0.02].flatMap((maxLoss) =>
    [0.05, 0.1, 0.2].map((alpha) => ({ bound: "tail" as const, maxLoss, alpha })),
  ),
  ...[0.0025, 0.005, 0.01, 0.02].map((maxLoss) => ({ bound: "mean" as const, maxLoss, alpha: 0.1 })),
];
const targets: readonly RecommendOptions[] = [
  {},
  { target: "json", withoutWarmup: false },
  { target: "huggingface", withoutWarmup: false },
  { target: "huggingface", withoutWarmup: true },
];

/** Answers the usual questions (bound, confidence, target) for the metric classes that calibration runs have. */
export function answerUsualQuestions(model: StopwiseModel): void {
  const classes = new Set<MetricClass>(["match"]);
  for (const start of Object.values(model.start)) {
    start.rememberPredictions();
    for (const metricClass of start.calibration.classes) classes.add(metricClass);
  }
  for (const metricClass of classes) {
    for (const bound of bounds) {
      for (const target of targets) prepare(model, metricClass, { ...bound, ...target });
    }
  }
}
