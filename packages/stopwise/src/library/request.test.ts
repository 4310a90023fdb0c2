import { describe, expect, test } from "vitest";
import { parseRequest, taskOfRequest, type Request } from "./request.ts";

const refused = (request: unknown): string => {
  try {
    parseRequest(request as Request);
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
};

test("numbers are read as in flags", () => {
  const full = parseRequest({
    datasetSize: "20k",
    params: "7B",
    maxEmLoss: "1pt",
    confidence: "90%",
    evals: 12,
  });
  expect(full).toMatchObject({
    datasetSize: 20_000,
    params: 7e9,
    maxEmLoss: 0.01,
    confidence: 0.9,
    evals: 12,
  });
  expect(taskOfRequest(full)).toEqual({
    datasetSize: 20_000,
    params: 7e9,
    evals: 12,
    metricClass: "match",
  });
});

describe("nothing is ignored", () => {
  test.each([
    [{ dataSetSize: 1 }, 'a request has no field "dataSetSize". Did you mean datasetSize?'],
    [{ dataset_size: 1 }, 'a request has no field "dataset_size". Did you mean datasetSize?'],
    [{ learningrate: 1e-4 }, "Did you mean learningRate?"],
    [{ colour: "red" }, 'a request has no field "colour". Fields are name,'],
    [{ maxLossIncrease: 0.01 }, "maxLossIncrease bounds a loss, and exact_match is none."],
    [{ maxLossIncrease: 0.01, metric: "f1" }, "maxLossIncrease bounds a loss, and f1 is none."],
    [{ maxEmLoss: 0.01, metric: "eval_loss" }, "maxEmLoss bounds a quality, and eval_loss is a loss."],
    [{ metric: "loss", scale: "percent" }, "scale is that of a quality"],
    [{ targetVersion: "5.0" }, "targetVersion is the release of a trainer, and no target is given."],
    [
      { metric: "foo" },
      'metric "foo" does not tell what it measures. Say it with metricClass (--metric-class)',
    ],
    [{ metric: "reward" }, 'metric "reward" does not tell what it measures.'],
    [{ metric: "train/rewards/mean" }, "does not tell what it measures"],
    [{ schedule: "cosin" }, 'schedule "cosin" is not known. Did you mean cosine?'],
    [{ schedule: "wobbly" }, "Known: linear, cosine"],
    [{ maxEmLoss: "1,5pt" }, 'maxEmLoss must be a number, got "1,5pt". Write a decimal point: 1.5pt.'],
    [{ datasetSize: "2,5" }, "Write a decimal point: 2.5."],
    [{ datasetSize: "many" }, 'datasetSize must be a number, got "many". Write it like 20000, 20k or 7B.'],
    [{ maxEmLoss: 1 }, 'maxEmLoss as a bare number must be < 0.3, got 1. Write points as "1pt".'],
    [{ maxEmLoss: "0.5" }, "maxEmLoss as a bare number must be < 0.3, got 0.5."],
    [{ maxEmLoss: "200pt" }, "maxEmLoss must be <= 1"],
    [{ datasetSize: -1 }, "datasetSize must be > 0, got -1."],
    [{ scale: "points" }, "scale must be one of unit, percent"],
    [[], "a request must be an object."],
    [null, "a request must be an object."],
  ])("%j", (request, message) => expect(refused(request)).toContain(message));
});

test.each([
  { metric: "foo", metricClass: "overlap" },
  { metric: "rewards/accuracies" },
  { metric: "loss", maxLossIncrease: "1%" },
  { metricClass: "loss", maxLossIncrease: 0.01 },
  { schedule: "SchedulerType.COSINE" },
  { schedule: "constant with warmup" },
  { maxEmLoss: "30pt" },
  { model: "7B", family: "20k" },
] as const)("%j is taken", (request) => expect(refused(request)).toBe("taken"));
