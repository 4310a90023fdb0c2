import type { RunRecord } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { compare, heldOutGroups, judgedRuns, type GroupResult } from "./held-out.ts";

const results = (...pairs: [number, number][]): Map<string, GroupResult> =>
  new Map(pairs.map(([saving, emLoss], i) => [`g${i}`, { saving, emLoss }]));

describe("compared with the model in use", () => {
  const inUse = results([0.3, 0], [0.4, 0.01], [0.5, 0.005], [0.2, 0], [0.4, 0.01]);
  test.each([
    ["itself", inUse, "alike"],
    [
      "more saved in each group",
      results([0.4, 0.01], [0.5, 0.01], [0.6, 0.01], [0.32, 0], [0.5, 0]),
      "better",
    ],
    [
      "more saved, bound broken",
      results([0.9, 0.02], [0.9, 0.02], [0.9, 0.02], [0.9, 0], [0.9, 0]),
      "loses-more",
    ],
    ["less saved in each group", results([0.2, 0], [0.3, 0], [0.4, 0], [0.12, 0], [0.3, 0]), "worse"],
    ["less saved here, more there", results([0.1, 0], [0.7, 0], [0.3, 0], [0.4, 0], [0.3, 0]), "alike"],
    ["nothing saved", results([0, 0], [0, 0], [0, 0], [0, 0], [0, 0]), "saves-nothing"],
    ["four groups", results([0.9, 0], [0.9, 0], [0.9, 0], [0.9, 0]), "too-few"],
  ])("%s", (_, candidate, verdict) => {
    const comparison = compare(candidate, inUse);
    expect(comparison.verdict).toBe(verdict);
    expect(comparison.notWorse).toBe(verdict === "alike" || verdict === "better");
  });

  test("the difference is paired, with Student's limits", () => {
    // Gains 0.1, 0.1, 0.1, 0.12, 0.1: mean 0.104, standard error 0.004, t of 4 degrees 2.13.
    const { savingGain } = compare(results([0.4, 0], [0.5, 0], [0.6, 0], [0.32, 0], [0.5, 0]), inUse);
    expect(savingGain.mean).toBeCloseTo(0.104, 9);
    expect(savingGain.low).toBeCloseTo(0.104 - 2.13 * 0.004, 6);
    expect(savingGain.high).toBeCloseTo(0.104 + 2.13 * 0.004, 6);
  });

  test("a model in use that breaks the bound itself may be followed by one that breaks it less", () => {
    const broken = results(...Array.from({ length: 5 }, (): [number, number] => [0.5, 0.05]));
    const less = results(...Array.from({ length: 5 }, (): [number, number] => [0.5, 0.03]));
    expect(compare(less, broken).notWorse).toBe(true);
  });
});

describe("held-out groups", () => {
  const runsOf = (n: number, fields: object = {}): RunRecord[] =>
    Array.from({ length: n }, (_, i) => ({
      id: `r${i}`,
      group: `g${i}`,
      metric: "em",
      kind: "quality",
      hyper: {},
      end: "completed",
      points: [{ step: 1 }],
      ...fields,
    }));

  test.each([
    [0, 0],
    [2, 0],
    [3, 2],
    [20, 8],
    [1000, 40],
  ])("of %d groups %d", (n, held) => expect(heldOutGroups(runsOf(n)).size).toBe(held));

  test("they do not depend on the order, and runs cut short do not count", () => {
    expect(heldOutGroups(runsOf(20).reverse())).toEqual(heldOutGroups(runsOf(20)));
    expect(heldOutGroups(runsOf(20, { end: "crashed" })).size).toBe(0);
  });

  test("of each at most five runs to their plan are judged, whatever the order", () => {
    const runs = runsOf(25).map((run, i) => ({ ...run, group: i < 20 ? "large" : "small" }));
    const judged = judgedRuns(
      [...runs, ...runsOf(3, { end: "crashed", group: "small" })],
      new Set(["large", "small"]),
    );
    expect(judged.filter(({ group }) => group === "large")).toHaveLength(5);
    expect(judged.filter(({ group }) => group === "small")).toHaveLength(5);
    const again = judgedRuns(runs.reverse(), new Set(["large", "small"]));
    expect(new Set(again.map(({ id }) => id))).toEqual(new Set(judged.map(({ id }) => id)));
    expect(judgedRuns(runs, new Set())).toEqual([]);
  });
});
