import type { RunRecord } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { compare, heldOutGroups, judgedRuns, type GroupResult } from "./held-out.ts";

const results = (...pairs: [number, number][]): Map<string, GroupResult> =>
  new Map(pairs.map(([saving, emLoss], i) => [`g${i}`, { saving, emLoss }]));

describe("not worse than the model in use", () => {
  const inUse = results([0.3, 0], [0.4, 0.01], [0.5, 0.005]);
  test.each([
    ["itself", inUse, true],
    ["more saved within the bound", results([0.4, 0.01], [0.5, 0.01], [0.6, 0.01]), true],
    ["more saved, bound broken", results([0.4, 0.02], [0.5, 0.02], [0.6, 0.02]), false],
    ["bound broken by chance: within a standard error", results([0.4, 0.05], [0.5, 0], [0.6, 0]), true],
    ["less saved everywhere", results([0.2, 0], [0.3, 0], [0.4, 0]), false],
    ["less saved by chance: within a standard error", results([0.1, 0], [0.7, 0], [0.3, 0]), true],
  ])("%s: %#", (_, candidate, expected) => expect(compare(candidate, inUse).notWorse).toBe(expected));

  test("a model in use that breaks the bound itself may be followed by one that breaks it less", () => {
    const broken = results([0.5, 0.05], [0.5, 0.05]);
    expect(compare(results([0.5, 0.03], [0.5, 0.03]), broken).notWorse).toBe(true);
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
    [20, 4],
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
