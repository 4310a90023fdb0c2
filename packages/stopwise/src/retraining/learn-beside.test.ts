import type { RunRecord } from "@stopwise/core";
import { prepareTraining, trainLearned } from "@stopwise/meta-model";
import { expect, test } from "vitest";
import { learnBeside } from "./learn-beside.ts";

/** Runs of six tasks that level off at their own height and speed. */
const runs = Array.from({ length: 24 }, (_, i): RunRecord => ({
  id: `r${i}`,
  group: `g${i % 6}`,
  metric: "exact_match",
  kind: "quality",
  hyper: {},
  end: "completed",
  points: Array.from({ length: 15 }, (_point, k) => ({
    step: k + 1,
    quality: 0.8 - 0.7 * Math.exp(-(k + 1) / (2 + (i % 5))),
  })),
}));

test("a worker learns what this thread learns", async () => {
  const { learned } = prepareTraining(runs);
  const here = trainLearned(learned);
  expect(Object.keys(here)).toContain("fine-tuning.learned");
  expect(await learnBeside(learned).sections()).toEqual(here);
});

test("a worker that ends without an answer costs nothing but its time", async () => {
  const { learned } = prepareTraining(runs);
  const learning = learnBeside(learned);
  learning.abandon();
  expect(await learning.sections()).toEqual(trainLearned(learned));
});
