import { describe, expect, test } from "vitest";
import { curveOf, groupOf, reachedPlan } from "./curve.ts";
import { runRecordSchema, type RunRecord } from "./run.ts";

function run(fields: object): RunRecord {
  return runRecordSchema.parse({
    id: "r",
    metric: "exact_match",
    points: [
      { step: 0, quality: 0 },
      { step: 100, quality: 0.5 },
      { step: 200, quality: null },
    ],
    ...fields,
  });
}

describe("curveOf", () => {
  test("a missing value is NaN and step 0 is no admissible stop", () => {
    const curve = curveOf(run({}));
    expect([...curve.quality]).toEqual([0, 0.5, Number.NaN]);
    expect(curve.firstStop).toBe(1);
    expect(curve.costUnit).toBe("steps");
  });

  test("tokens are the cost where every checkpoint has them", () => {
    const points = [
      { step: 1, tokens: 10, quality: 0.1 },
      { step: 2, tokens: 30, quality: 0.2 },
    ];
    expect(curveOf(run({ points, plannedTokens: 60 }))).toMatchObject({
      costUnit: "tokens",
      plannedCost: 60,
    });
    expect(curveOf(run({ points, plannedSteps: 4 })).plannedCost).toBe(60);
    expect(curveOf(run({ points })).plannedCost).toBeNaN();
  });
});

describe("groupOf", () => {
  test.each([
    [{ group: "g", task: "t", sweep: "s", path: "a/b.csv" }, "g"],
    [{ task: "t", sweep: "s" }, "t"],
    [{ sweep: "s", path: "a/b.csv" }, "s"],
    [{ group: null, path: "runs/a/checkpoint-20/trainer_state.json" }, "runs/a"],
    [{ path: "mlruns/1/abc/" }, "mlruns/1"],
    [{ path: "train.log" }, "train.log"],
    [{}, "r"],
  ])("%o -> %s", (fields, expected) => {
    expect(groupOf(run(fields))).toBe(expected);
  });
});

describe("reachedPlan", () => {
  test.each([
    [{ end: "early-stopped" }, false],
    [{ end: "running" }, false],
    [{ end: "completed", plannedSteps: 1000 }, true],
    [{ plannedSteps: 200 }, true],
    [{ plannedSteps: 260 }, true],
    [{ plannedSteps: 300 }, false],
    [{ hyper: { maxSteps: 300 } }, false],
    [{}, true],
  ])("%o -> %s", (fields, expected) => {
    expect(reachedPlan(run(fields))).toBe(expected);
  });
});
