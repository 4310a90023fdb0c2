import { describe, expect, test } from "vitest";
import { fewShotCurve, type JudgedTask } from "./few-shot-curve.ts";
import type { LevelOutcomes } from "@stopwise/meta-model";

const bound = { kind: "mean", maxEmLoss: 0.01 } as const;

/** One judged run with an outcome at each level. */
function along(...levels: readonly (readonly [saving: number, emLoss: number])[]): LevelOutcomes {
  return {
    nRuns: 1,
    nLevels: levels.length,
    saving: Float32Array.from(levels, ([saving]) => saving),
    emLoss: Float32Array.from(levels, ([, emLoss]) => emLoss),
  };
}

function task(group: number, ownRuns: number, frontier: LevelOutcomes): JudgedTask {
  const nothing = along([0, 0]);
  return {
    bound,
    group,
    pool: 3,
    ownRuns,
    ownShare: ownRuns / 10,
    nRuns: 1,
    outcomes: {
      recommend: along([0.25 + ownRuns / 8, 0]),
      "recommend-frontier": frontier,
      "best-on-own": nothing,
      "best-policies": along([0.5, 0.01]),
      "same-task-certificate": nothing,
      "median-rule": nothing,
    },
  };
}

const tasks = [0, 1].flatMap((group) => [
  task(group, 0, along([0.25, 0], [0.75, group === 0 ? 0.03 : 0], [1, 0.5])),
  task(group, 2, along([0.25, 0], [0.75, 0.005], [1, 0.5])),
]);
const curve = (method: keyof JudgedTask["outcomes"]) =>
  fewShotCurve(tasks, { method, counts: [0, 2], bound, seed: 1 });

describe("few-shot curve", () => {
  test("a method with one level has its means, and its gain over no own runs", () => {
    expect(curve("recommend")).toMatchObject([
      { ownRuns: 0, meanSaving: 0.25, gain: { mean: 0, low: 0, high: 0 }, ownShare: 0, nGroups: 2, nRuns: 2 },
      { ownRuns: 2, meanSaving: 0.5, gain: { mean: 0.25, low: 0.25, high: 0.25 }, ownShare: 0.2 },
    ]);
  });

  test("of several levels the one that saves most while the mean over tasks keeps the bound", () => {
    const [without, with2] = curve("recommend-frontier");
    // 0.03 and 0 lose 0.015 on average, above the bound.
    expect(without).toMatchObject({ meanSaving: 0.25, meanEmLoss: 0 });
    expect(with2).toMatchObject({ meanSaving: 0.75, gain: { mean: 0.5 } });
    expect(with2!.meanEmLoss).toBeCloseTo(0.005, 6);
    // A draw of the second task alone keeps the bound without own runs too.
    expect(with2!.gain.low).toBe(0);
    expect(with2!.gain.high).toBe(0.5);
  });

  test("policies chosen with hindsight are compared with recommendations at equal loss", () => {
    expect(curve("best-policies")[1]).toMatchObject({ meanSaving: 0.5, gain: { mean: 0.25 }, ownShare: 0 });
  });

  test("the splits of a task weigh one task together", () => {
    const splits = [task(0, 0, along([0, 0])), task(0, 0, along([1, 0])), task(1, 0, along([0.25, 0]))];
    const [point] = fewShotCurve(splits, { method: "recommend-frontier", counts: [0], bound, seed: 1 });
    expect(point).toMatchObject({ meanSaving: 0.375, nGroups: 2, nRuns: 3 });
  });

  test("no level that keeps the bound is never-stop", () => {
    const losing = [task(0, 0, along([1, 0.5]))].map((it) => ({
      ...it,
      outcomes: { ...it.outcomes, "recommend-frontier": along([1, 0.5], [1, 0.4]) },
    }));
    const [point] = fewShotCurve(losing, { method: "recommend-frontier", counts: [0], bound, seed: 1 });
    expect(point).toMatchObject({ meanSaving: 0, meanEmLoss: 0, shareOverBound: 0 });
  });
});
