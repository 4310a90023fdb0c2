import { groupOf } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { isUnmeasured, type ReportCurve } from "../report-data.ts";
import { sampleReport } from "../testing/sample-report.ts";
import { sampleRuns } from "../testing/sample-runs.ts";
import { collectReportData } from "./collect-report-data.ts";
import { heldOutHalf } from "./held-out-half.ts";
import type { StoppedRun } from "./held-out-stops.ts";
import { permutationImportance } from "./permutation-importance.ts";
import { seededOrder } from "./seeded-order.ts";
import { taskInWords } from "./task-words.ts";
import { tellingRuns } from "./telling-runs.ts";

const bound = { kind: "mean", maxEmLoss: 0.005 } as const;

describe("seededOrder", () => {
  test("is an order of 0 to n - 1, the same for the same seed, another for another", () => {
    const order = seededOrder(50, 3);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(seededOrder(50, 3)).toEqual(order);
    expect(seededOrder(50, 4)).not.toEqual(order);
    expect(seededOrder(0, 1)).toEqual([]);
  });
});

describe("heldOutHalf", () => {
  const runs = sampleRuns(5);

  test("no group is on both sides, and none is lost", () => {
    const { learnedFrom, shown } = heldOutHalf(runs, 1);
    const [left, right] = [new Set(learnedFrom.map(groupOf)), new Set(shown.map(groupOf))];
    expect([left.size, right.size]).toEqual([3, 2]);
    expect([...left].some((group) => right.has(group))).toBe(false);
  });

  test("does not depend on the order of the runs", () => {
    const ids = (half: readonly { id: string }[]): string[] => half.map(({ id }) => id).sort();
    expect(ids(heldOutHalf(runs.toReversed(), 1).shown)).toEqual(ids(heldOutHalf(runs, 1).shown));
  });

  test("runs that did not reach their plan are learned from, never shown", () => {
    const cut = runs.map((run) => ({ ...run, end: "crashed" as const }));
    const { learnedFrom, shown } = heldOutHalf(cut, 1);
    expect(learnedFrom.length).toBeGreaterThan(0);
    expect(shown).toEqual([]);
  });

  test("one group is too few", () => {
    expect(() => heldOutHalf(sampleRuns(1), 1)).toThrow("needs 2 groups of runs, has 1.");
  });
});

describe("permutationImportance", () => {
  const n = 400;
  const features = Array.from({ length: n }, (_, i) =>
    Float64Array.of(i % 2 === 0 ? -1 : 1, (i * 37) % 11, 5),
  );
  const targets = features.map((row) => Float64Array.of(row[0]!));
  const data = { features, targets, weights: new Float64Array(n).fill(1 / n) };
  const options = { names: ["used", "noise", "constant"], nShuffles: 8, seed: 1 };

  test("a shuffled feature that tells all doubles the variance: importance 2", () => {
    // Error of a shuffled +-1 against an independent +-1: E(x - y)^2 = 2 Var.
    const [used, noise, constant] = permutationImportance((row) => Float64Array.of(row[0]!), data, options);
    expect(used!.importance).toBeCloseTo(2, 0);
    expect(noise).toEqual({ feature: "noise", importance: 0, spread: 0 });
    expect(constant).toEqual({ feature: "constant", importance: 0, spread: 0 });
  });

  test("same seed, same importance; features are left as they were", () => {
    const before = features.map((row) => [...row]);
    const importance = () =>
      permutationImportance((row) => Float64Array.of(row[0]! + row[1]!), data, options);
    expect(importance()).toEqual(importance());
    expect(features.map((row) => [...row])).toEqual(before);
  });

  test("a predictor that looks at no feature has no important one, however wrong it is", () => {
    const importances = permutationImportance(() => Float64Array.of(3), data, options);
    expect(importances.map(({ importance }) => importance)).toEqual([0, 0, 0]);
  });

  test("targets that do not vary tell nothing", () => {
    const flat = { ...data, targets: targets.map(() => Float64Array.of(3)) };
    const [used] = permutationImportance((row) => Float64Array.of(row[0]!), flat, options);
    expect(used!.importance).toBe(0);
  });
});

describe("tellingRuns", () => {
  const stops = (patience: number, ours: number, saved: number): StoppedRun["stops"] => [
    { method: "patience-3", stopIndex: 3, saving: 0.7, emLoss: patience },
    { method: "recommend", stopIndex: 6, saving: 0.2, emLoss: 0 },
    { method: "learned", stopIndex: 5, saving: saved, emLoss: ours },
    { method: "hindsight", stopIndex: 4, saving: 0.8, emLoss: 0 },
  ];
  const curve = (sampleReport().curves as readonly ReportCurve[])[0]!;
  const run = (id: string, group: string, its: StoppedRun["stops"]): StoppedRun => ({
    ...curve,
    id,
    group,
    stops: its,
  });
  const runs = [
    run("a", "g1", stops(0.3, 0, 0.3)),
    run("b", "g1", stops(0.2, 0, 0.9)),
    run("c", "g2", stops(0, 0.2, 0.5)),
    run("d", "g3", stops(0, 0, 0.4)),
    run("e", "g4", stops(0, 0, 0.1)),
  ];

  test("shows the good and the bad, each group once", () => {
    const shown = tellingRuns(runs, bound, "points");
    expect(shown[0]).toMatchObject({ id: "a", why: "Where patience 3 costs most: it loses 30.0\u202fpt" });
    expect(shown.map(({ id }) => id)).toContain("c");
    expect(shown.find(({ id }) => id === "c")!.why).toBe(
      "Where the learned criterion loses most: 20.0\u202fpt",
    );
    expect(new Set(shown.map(({ group }) => group)).size).toBe(shown.length);
  });

  test("does not depend on the order of the runs", () => {
    expect(tellingRuns(runs.toReversed(), bound, "points")).toEqual(tellingRuns(runs, bound, "points"));
  });

  test("a run that never gets better tells nothing", () => {
    const flat = runs.map((it) => ({ ...it, quality: it.quality.map(() => 0.5) }));
    expect(tellingRuns(flat, bound, "points")).toEqual([]);
  });
});

describe("taskInWords", () => {
  test.each([
    [{}, "a task of which nothing is known"],
    [{ family: "t5", params: 60.5e6, datasetSize: 20_000 }, "t5, 60.5\u202fM parameters, 20,000 examples"],
    [{ model: "llama-3-8b", family: "llama", params: 8e9, metric: null }, "llama-3-8b, 8\u202fB parameters"],
  ])("%j", (task, words) => expect(taskInWords(task)).toBe(words));
});

describe("collectReportData", () => {
  const runs = sampleRuns(8);
  const { rows, nRuns, nGroups } = sampleReport();
  const evaluation = { data: "rows", nRuns, nGroups, rows: [] };
  const options = { data: "sample", seed: 1, bound, evaluation };

  test("shows held-out runs with the stops of every method, and the evidence of a recommendation", () => {
    const data = collectReportData(runs, options);
    if (isUnmeasured(data.curves) || isUnmeasured(data.recommendation))
      throw new Error("something is unmeasured");
    expect(data.curves.length).toBeGreaterThan(0);
    const { shown, learnedFrom } = heldOutHalf(runs, 1);
    for (const curve of data.curves) {
      expect(shown.map(({ id }) => id)).toContain(curve.id);
      expect(curve.stops.map(({ method }) => method)).toEqual([
        "patience-3",
        "recommend",
        "learned",
        "hindsight",
      ]);
      for (const { stopIndex, saving } of curve.stops) {
        expect(saving).toBeCloseTo(1 - curve.cost[stopIndex]! / curve.cost.at(-1)!, 12);
      }
    }
    const known = new Set(learnedFrom.map(({ id }) => id));
    expect(data.recommendation.evidence.length).toBeGreaterThan(0);
    expect(
      data.recommendation.evidence.every(({ run, group }) => known.has(run) && group !== undefined),
    ).toBe(true);
    expect(collectReportData(runs, options)).toEqual(data);
  });

  test("rows are judged here where they are not given", () => {
    const data = collectReportData(sampleRuns(4), { data: "sample", seed: 1, bound });
    expect(data).toMatchObject({ nRuns: 12, nGroups: 4 });
    expect(new Set(data.rows.map(({ method }) => method))).toContain("learned");
  }, 120_000);

  test("runs with a loss only are shown as such", () => {
    const data = collectReportData(sampleRuns(6, "loss"), options);
    expect(data.lossKind).toBe("relative");
    if (isUnmeasured(data.curves)) throw new Error(data.curves.unmeasured);
    expect(data.curves[0]!.metric).toBe("eval_loss");
    expect(data.curves[0]!.quality[0]).toBeGreaterThan(2);
  });

  test("one group: rows only, and why there is nothing else", () => {
    const data = collectReportData(sampleRuns(1), {
      ...options,
      evaluation: { ...evaluation, rows: rows as never },
    });
    expect(data.curves).toEqual(data.importance);
    expect(data.recommendation).toEqual({
      unmeasured: expect.stringContaining("needs 2 groups of runs, has 1.") as string,
    });
  });
});
