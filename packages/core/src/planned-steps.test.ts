import { expect, test } from "vitest";
import { plannedStepsOf } from "./planned-steps.ts";

test.each([
  ["given steps go first", { maxSteps: 500, epochs: 3, datasetSize: 1000, batchSize: 64 }, 500],
  ["the last batch of an epoch is a step", { epochs: 3, datasetSize: 1000, batchSize: 64 }, 48],
  ["whole batches", { epochs: 2, datasetSize: 640, batchSize: 64 }, 20],
  ["part of an epoch", { epochs: 0.5, datasetSize: 1000, batchSize: 64 }, 8],
  ["no batch size", { epochs: 3, datasetSize: 1000, batchSize: null }, undefined],
  ["0 steps are no plan", { maxSteps: 0 }, undefined],
])("%s", (_, plan, steps) => {
  expect(plannedStepsOf(plan)).toBe(steps);
});
