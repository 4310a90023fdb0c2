import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { isPlainPatience } from "@stopwise/policies";
import type { Recommendation } from "@stopwise/core";
import type { LearnedAnswer } from "../model/answers.ts";
import type { StopwiseModel } from "../model/stopwise-model.ts";
import { canSave, stopTiming } from "../population/earliest-stop.ts";
import { trainModel } from "../training/train-model.ts";
import type { RecommendOptions } from "./options.ts";
import { recommendFrom } from "./recommend-from.ts";
import { insideTasks, tasks, variedRuns } from "./varied-tasks.fixture.ts";

let model: StopwiseModel;
beforeAll(() => {
  model = trainModel(variedRuns(), { seed: 2 });
});

const options: fc.Arbitrary<RecommendOptions> = fc.record(
  {
    bound: fc.constantFrom("tail", "mean", "high-probability"),
    maxLoss: fc.constantFrom(0.0025, 0.005, 0.01, 0.02, 0.05),
    alpha: fc.constantFrom(0.05, 0.1, 0.2),
    delivery: fc.constantFrom("best", "last"),
    pointWorth: fc.constantFrom(0.001, 0.05, 1),
    expressible: fc.constant(isPlainPatience),
  },
  { requiredKeys: [] },
);

type Interval = Recommendation["predicted"]["saving"];
const holdsMean = ({ mean, low, high }: Interval): boolean => low <= mean && mean <= high;

/** What an answer contradicts itself in; undefined where it tells one story. */
function contradiction(
  answer: Recommendation,
  asked: RecommendOptions,
  evals?: number | null,
): string | undefined {
  const { policy, predicted, status, pareto, population, advice } = answer;
  if (!holdsMean(predicted.saving) || !holdsMean(predicted.emLoss)) return "an interval without its mean";
  const isMean = asked.bound === "mean" || asked.bound === "high-probability";
  const bound = asked.maxLoss ?? 0.01;
  if (status === "certified" && isMean && predicted.emLoss.mean > bound)
    return "a certified mean above its bound";
  if (!("params" in policy)) return "a composite";
  if (!("of" in policy) && predicted.saving.mean > 0 && !canSave(stopTiming(policy), evals))
    return "a saving where no stop is possible";
  if (status === "abstained" && predicted.saving.mean > 0) return "a saving of a run to its end";
  const marked = pareto.find((point) => point.chosen === true);
  if (marked && (marked.saving !== predicted.saving.mean || marked.emLoss !== predicted.emLoss.mean))
    return "a marked row of the front that is not the header";
  if (status === "certified" && (population!.outside.length > 0 || population!.missing.length > 0))
    return "certified outside its population";
  const learned = advice["learned"] as LearnedAnswer | undefined;
  if (learned === undefined) return undefined;
  if (!holdsMean(learned.predicted.saving) || !holdsMean(learned.predicted.emLoss))
    return "a learned interval without its mean";
  if (learned.status === "certified" && population!.missing.length > 0)
    return "learned certified on missing facts";
  return learned.status === "certified" && isMean && learned.predicted.emLoss.mean > bound
    ? "a learned certified mean above its bound"
    : undefined;
}

test("no answer contradicts itself, over 2,000 requests", () => {
  const seen: Record<string, number> = {};
  fc.assert(
    fc.property(fc.oneof(tasks, insideTasks), options, (task, asked) => {
      const answer = recommendFrom(model, task, asked);
      seen[answer.status] = (seen[answer.status] ?? 0) + 1;
      expect(contradiction(answer, asked, task.evals)).toBeUndefined();
    }),
    { numRuns: 2000, seed: 6 },
  );
  for (const status of ["certified", "uncertified", "abstained"])
    expect(seen[status], status).toBeGreaterThan(50);
}, 120_000);
