import { runRecordSchema, type RunRecord, type Task } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";
import { isPlainPatience } from "@stopwise/policies";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { StopwiseModel } from "../model/stopwise-model.ts";
import { trainModel } from "../training/train-model.ts";
import { recommendFrom } from "./recommend-from.ts";

/** Runs of many sizes, rates and lengths; the larger the data, the later they level off. */
function runs(): RunRecord[] {
  const random = randomFrom(21);
  return Array.from({ length: 90 }, (_, index) => {
    const size = 10 ** (2.5 + 2.5 * random());
    const nEvals = 6 + Math.floor(30 * random());
    return runRecordSchema.parse({
      id: `run-${index}`,
      group: `group-${index % 45}`,
      metric: "exact_match",
      family: ["t5", "bert", "gpt"][index % 3],
      params: 10 ** (7 + 2 * random()),
      datasetSize: size,
      plannedSteps: nEvals * 100,
      end: "completed",
      hyper: { lr: 10 ** (-5 + 2 * random()), batchSize: 16 },
      points: Array.from({ length: nEvals }, (_point, t) => ({
        step: (t + 1) * 100,
        quality: Math.max(0, 0.9 * (1 - Math.exp(-(t + 1) / (1 + Math.log10(size)))) - 0.03 * random()),
      })),
    });
  });
}

let model: StopwiseModel;
beforeAll(() => {
  model = trainModel(runs(), { seed: 2 });
});

const log = (low: number, high: number): fc.Arbitrary<number> =>
  fc.double({ min: low, max: high, noNaN: true }).map((value) => 10 ** value);
const facts = {
  datasetSize: log(1, 8),
  answerLength: log(0, 3),
  family: fc.constantFrom("t5", "bert", "gpt", "hyena"),
  params: log(5, 12),
  maxSteps: log(1, 6),
  epochs: log(-1, 3),
  maxTokens: log(5, 12),
  batchSize: log(0, 3),
  sequenceLength: log(1, 4),
  evals: fc.integer({ min: 2, max: 80 }),
  evalSize: log(1, 5),
  learningRate: log(-7, 0),
  weightDecay: fc.double({ min: 0, max: 1, noNaN: true }),
} satisfies Partial<Record<keyof Task, fc.Arbitrary<unknown>>>;
const tasks: fc.Arbitrary<Task> = fc.record(facts, { requiredKeys: [] });
const inside: fc.Arbitrary<Task> = fc.record({
  ...facts,
  params: log(7.3, 8.7),
  maxSteps: log(3, 3.4),
  evals: fc.integer({ min: 8, max: 30 }),
});
const bounds = fc.constantFrom(
  { maxLoss: 0.01 },
  { maxLoss: 0.02, alpha: 0.2 },
  { maxLoss: 0.05, expressible: isPlainPatience },
);
const known = Object.keys(facts) as (keyof Task)[];

test("a fact less never turns an answer into a certified one", () => {
  fc.assert(
    fc.property(tasks, fc.constantFrom(...known), bounds, (task, fact, options) => {
      const fewer = Object.fromEntries(Object.entries(task).filter(([name]) => name !== fact));
      const [with_, without] = [task, fewer].map((each) => recommendFrom(model, each, options).status);
      return without !== "certified" || with_ === "certified";
    }),
    { numRuns: 1500, seed: 3 },
  );
});

test("a fact more, inside the range, never turns a certified answer into a refusal", () => {
  let nCertified = 0;
  fc.assert(
    fc.property(inside, fc.subarray(known), bounds, (task, kept, options) => {
      const needed = ["params", "maxSteps", "evals"];
      const fewer = Object.fromEntries(
        Object.entries(task).filter(([name]) => needed.includes(name) || kept.includes(name as keyof Task)),
      );
      if (recommendFrom(model, fewer, options).status !== "certified") return true;
      nCertified += 1;
      return recommendFrom(model, task, options).status === "certified";
    }),
    { numRuns: 1500, seed: 4 },
  );
  expect(nCertified).toBeGreaterThan(300);
});
