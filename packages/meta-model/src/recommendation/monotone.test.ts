import { isPlainPatience } from "@stopwise/policies";
import type { Task } from "@stopwise/core";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { StopwiseModel } from "../model/stopwise-model.ts";
import { trainModel } from "../training/train-model.ts";
import { recommendFrom } from "./recommend-from.ts";
import { facts, insideTasks, tasks, variedRuns } from "./varied-tasks.fixture.ts";

let model: StopwiseModel;
beforeAll(() => {
  model = trainModel(variedRuns(), { seed: 2 });
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
    fc.property(insideTasks, fc.subarray(known), bounds, (task, kept, options) => {
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
