import type { MetricClass } from "@stopwise/core";
import { prepareLearned, prepareStart } from "../recommendation/recommend-from.ts";
import type { Expressible, RecommendOptions } from "../recommendation/options.ts";
import type { StopwiseModel } from "../model/stopwise-model.ts";

const bounds: readonly RecommendOptions[] = [
  ...[0.005, 0.01, 0.02].flatMap((maxLoss) =>
    [0.05, 0.1, 0.2].map((alpha) => ({ bound: "tail" as const, maxLoss, alpha })),
  ),
  ...[0.0025, 0.005, 0.01, 0.02].map((maxLoss) => ({ bound: "mean" as const, maxLoss, alpha: 0.1 })),
];

/**
 * Answers the usual questions (bound, confidence, what can be carried out) for the metric classes that calibration runs have.
 *
 * @param model whose `calibrations` are filled in
 * @param part `start`: how a policy is chosen; `learned`: what the in-run criterion adds
 * @param limits what trainers that are often asked for can carry out
 */
export function answerUsualQuestions(
  model: StopwiseModel,
  part: "start" | "learned",
  limits: readonly Expressible[] = [],
): void {
  const wanted: readonly RecommendOptions[] = [{}, ...limits.map((expressible) => ({ expressible }))];
  const classes = new Set<MetricClass>(["match"]);
  for (const start of Object.values(model.start)) {
    start.rememberPredictions();
    for (const metricClass of start.calibration.classes) classes.add(metricClass);
  }
  for (const metricClass of classes) {
    for (const bound of bounds) {
      if (part === "learned") prepareLearned(model, metricClass, bound);
      else for (const limit of wanted) prepareStart(model, metricClass, { ...bound, ...limit });
    }
  }
}
