import { runRecordSchema, type Recommendation, type Task } from "@stopwise/core";
import { taskFeatures } from "@stopwise/features";
import { beforeAll, describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { isPlainPatience } from "@stopwise/policies";
import { recommendFrom } from "../recommendation/recommend-from.ts";
import type { RecommendOptions } from "../recommendation/options.ts";
import { deserializeModel, type StopwiseModel } from "./stopwise-model.ts";
import { trainModel } from "../training/train-model.ts";

const families = ["t5", "gpt", "bert"];

/** Runs that rise to a plateau and fall from it again, the later the larger the data set. */
const runs = (() => {
  const random = randomFrom(11);
  return Array.from({ length: 80 }, (_, index) => {
    const size = 10 ** (2 + (index % 40) / 20);
    return runRecordSchema.parse({
      id: `run-${index}`,
      group: `group-${index % 40}`,
      metric: "exact_match",
      kind: "quality",
      family: families[index % 3],
      datasetSize: size,
      end: "completed",
      hyper: { lr: 1e-4 * (1 + random()) },
      points: Array.from({ length: 20 }, (_, t) => ({
        step: (t + 1) * 100,
        quality: 0.8 * (1 - Math.exp(-(t + 1) / Math.log10(size))) - 0.002 * t + 0.02 * random(),
      })),
    });
  });
})();

let bytes: Uint8Array;
beforeAll(() => {
  bytes = trainModel(runs, { seed: 3 }).bytes;
});

const tasks: readonly Task[] = Array.from({ length: 12 }, (_, k) => ({
  datasetSize: 10 ** (2 + k / 6),
  family: families[k % 3]!,
  metric: "exact_match",
  evals: 20,
}));
const questions: readonly RecommendOptions[] = [
  {},
  { bound: "mean", maxLoss: 0.02 },
  { maxLoss: 0.007 },
  { expressible: isPlainPatience, maxLoss: 0.02 },
  { delivery: "last" },
];
const asked = tasks.flatMap((task) => questions.map((options) => ({ task, options })));

describe("room that one recommendation leaves to the next", () => {
  test("an answer that is held does not change with later ones", () => {
    const model = deserializeModel(bytes);
    const held = asked.map(({ task, options }) => {
      const answer = recommendFrom(model, task, options);
      return { answer, asGiven: JSON.stringify(answer) };
    });
    expect(new Set(held.map(({ asGiven }) => asGiven)).size).toBeGreaterThan(asked.length / 2);
    for (const { answer, asGiven } of held) expect(JSON.stringify(answer)).toBe(asGiven);
  });

  test("a model that has answered much answers as one that is asked for the first time", () => {
    const model = deserializeModel(bytes);
    for (const { task, options } of asked) recommendFrom(model, task, options);
    for (const { task, options } of [...asked].reverse().filter((_, k) => k % 7 === 0)) {
      expect(recommendFrom(model, task, options)).toEqual(
        recommendFrom(deserializeModel(bytes), task, options),
      );
    }
  });
});

/** The front by its definition: no candidate has both less risk and more saving. */
function frontOf(model: StopwiseModel, task: Task): { saving: number; emLoss: number }[] {
  const { saving, emLoss } = model.populations
    .get("fine-tuning")!
    .start.predict(taskFeatures({ ...task, metricClass: "match" })).prediction;
  const front: { saving: number; emLoss: number }[] = [];
  const order = [...saving.keys()].sort((a, b) => emLoss[a]! - emLoss[b]! || saving[b]! - saving[a]!);
  for (const k of order) {
    if (saving[k]! > (front.at(-1)?.saving ?? -1) + 1e-9)
      front.push({ saving: saving[k]!, emLoss: emLoss[k]! });
  }
  return front;
}

/** Mean, 5 % and 95 % of the outcomes, by their definition. */
function rangeOf(
  outcomes: readonly { value: number; weight: number }[],
): Recommendation["predicted"]["saving"] {
  const sorted = [...outcomes].sort((a, b) => a.value - b.value);
  const quantile = (share: number): number => {
    let sum = 0;
    return sorted.find(({ weight }) => (sum += weight) >= share - 1e-9)?.value ?? 0;
  };
  const mean = outcomes.reduce((sum, { value, weight }) => sum + value * weight, 0);
  return { mean, low: quantile(0.05), high: quantile(0.95) };
}

test.each(tasks.filter((_, k) => k % 3 === 0))("front and ranges of $datasetSize examples", (task) => {
  const model = deserializeModel(bytes);
  const points = recommendFrom(model, task).pareto.map(({ saving, emLoss }) => ({ saving, emLoss }));
  expect(points).toEqual(frontOf(model, task));
  const start = model.populations.get("fine-tuning")!.start;
  const weights = model.container.section("fine-tuning.fit.weights", "f64");
  const predicted = start.predict(taskFeatures({ ...task, metricClass: "match" }));
  const from = { share: predicted.share, neighbours: structuredClone(predicted.neighbours) };
  const { prediction } = structuredClone(predicted);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (const share of [0, 0.4, 1, from.share]) {
    for (const setting of [1, 40, 90]) {
      const count = new Map(Array.from(from.neighbours.runs, (run, k) => [run, from.neighbours.weights[k]!]));
      const outcomes = Array.from(weights, (weight, run) => ({
        value: start.fit.saving[run * start.grid.nSettings + setting]! / 65535,
        weight: share * (count.get(run) ?? 0) + ((1 - share) * weight) / sum,
      })).filter(({ weight }) => weight > 0);
      const range = start.outcomeOf({ ...from, share }, setting, null).saving;
      const { mean, low, high } = rangeOf(outcomes);
      expect(range).toMatchObject({
        mean: expect.closeTo(mean, 12) as number,
        low: Math.min(low, mean),
        high: Math.max(high, mean),
      });
    }
  }
  // What is said of a policy is what it was chosen by.
  start.header.candidates.forEach((setting, k) => {
    const { mean } = start.outcomeOf(from, setting, null).emLoss;
    expect(mean).toBeCloseTo(prediction.emLoss[k]!, 3);
  });
});
