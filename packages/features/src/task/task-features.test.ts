import { runRecordSchema } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { taskFeatureList, taskFeatures } from "./task-features.ts";
import { taskOf } from "./task-of.ts";

const valueOf = (features: Float64Array, name: string): number =>
  features[taskFeatureList.findIndex((feature) => feature.name === name)]!;

describe("taskFeatures", () => {
  test("unknown is NaN for every feature, never zero", () => {
    expect([...taskFeatures({})].every(Number.isNaN)).toBe(true);
  });

  test.each([
    ["steps from epochs", { epochs: 3, datasetSize: 1000, batchSize: 10 }, "maxSteps", Math.log10(300)],
    ["epochs from steps", { maxSteps: 300, datasetSize: 1000, batchSize: 10 }, "epochs", Math.log10(3)],
    ["tokens from steps", { maxSteps: 100, batchSize: 10, sequenceLength: 100 }, "maxTokens", 5],
    ["parameters from the name", { model: "Qwen/Qwen2.5-7B" }, "params", Math.log10(7e9)],
    ["zero weight decay is known", { weightDecay: 0 }, "weightDecay", -4],
    ["warm-up share", { warmupSteps: 10, maxSteps: 100 }, "warmupShare", 0.1],
  ])("%s", (_, task, name, expected) => {
    expect(valueOf(taskFeatures(task), name)).toBeCloseTo(expected, 12);
  });

  test("a zero learning rate has no logarithm", () => {
    expect(valueOf(taskFeatures({ learningRate: 0 }), "learningRate")).toBeNaN();
  });

  test("a family counts the same however it is written, and an unseen one is none of the seen", () => {
    const family = (name: string): number => valueOf(taskFeatures({ family: name }), "family");
    expect(family("GPT2")).toBe(family("gpt"));
    expect(family("hyena")).toBe(family("something-else"));
    expect(family("hyena")).not.toBe(family("t5"));
  });

  test("known values lie in the stated range", () => {
    const features = taskFeatures({ datasetSize: 2e4, answerLength: 4, family: "t5", metric: "exact_match" });
    taskFeatureList.forEach(({ range }, i) => {
      if (Number.isNaN(features[i])) return;
      expect(features[i]).toBeGreaterThanOrEqual(range[0]);
      expect(features[i]).toBeLessThanOrEqual(range[1]);
    });
  });
});

describe("taskOf", () => {
  const base = { id: "r", metric: "exact_match", model: "google/flan-t5-base" };
  const points = [1, 2, 3, 4].map((i) => ({ step: i * 50, epoch: i * 0.5, quality: i / 10 }));

  test("reads settings from hyper and facts from the model's name", () => {
    const run = runRecordSchema.parse({
      ...base,
      hyper: { lr: 1e-4, scheduler: "linear", batchSize: 8, epochs: 2, warmupRatio: 0.1 },
      points,
    });
    expect(taskOf(run)).toMatchObject({
      family: "t5",
      params: 223e6,
      learningRate: 1e-4,
      maxSteps: 200,
      evals: 4,
      epochs: 2,
      warmupSteps: 20,
      metricClass: "match",
    });
  });

  test("does not depend on where the run was cut", () => {
    const whole = runRecordSchema.parse({ ...base, plannedSteps: 200, points });
    const cut = runRecordSchema.parse({ ...base, plannedSteps: 200, points: points.slice(0, 3) });
    expect(taskOf(cut)).toEqual(taskOf(whole));
    const unplanned = runRecordSchema.parse({ ...base, points });
    expect(taskOf(unplanned)).toMatchObject({ maxSteps: null, evals: null });
  });
});
