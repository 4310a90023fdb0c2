import type { MetricClass } from "@stopwise/core";
import type { ModelPart, StopwiseModel } from "../model/stopwise-model.ts";
import type { Expressible, RecommendOptions } from "../recommendation/options.ts";
import { prepareLearned, prepareStart } from "../recommendation/recommend-from.ts";

const bounds: readonly RecommendOptions[] = [
  ...[0.005, 0.01, 0.02].flatMap((maxLoss) =>
    [0.05, 0.1, 0.2].map((alpha) => ({ bound: "tail" as const, maxLoss, alpha })),
  ),
  ...[0.0025, 0.005, 0.01, 0.02].map((maxLoss) => ({ bound: "mean" as const, maxLoss, alpha: 0.1 })),
];
/** The metric classes that a part is usually asked about: those that its runs have. */
function classesOf({ header }: ModelPart): Set<MetricClass> {
  const own: MetricClass = header.kind === "loss" ? "loss" : "match";
  return new Set<MetricClass>([own, ...header.classes]);
}

/**
 * Answers the usual questions (bound, confidence, what can be carried out) for the metric classes of a part's runs.
 *
 * @param model that holds the part
 * @param part whose answers are filled in: how a policy is chosen, and, with a learned criterion, what it adds
 * @param limits what trainers that are often asked for can carry out
 */
export function answerUsualQuestions(
  model: StopwiseModel,
  part: ModelPart,
  limits: readonly Expressible[] = [],
): void {
  const wanted: readonly RecommendOptions[] = [{}, ...limits.map((expressible) => ({ expressible }))];
  part.start.rememberPredictions();
  for (const metricClass of classesOf(part)) {
    for (const bound of bounds) {
      for (const limit of wanted) prepareStart(part, metricClass, { ...bound, ...limit });
      if (part.prefix !== "own") prepareLearned(model, part, { metricClass, options: bound });
    }
  }
}
