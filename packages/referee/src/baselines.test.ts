import { curveOf, runRecordSchema, type RunRecord } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { fixedRules } from "./baselines.ts";
import type { Fold, Study } from "./study.ts";

/** One run an entry: its qualities, and what else is known of it; steps of ten, four evaluations an epoch. */
function record(quality: readonly number[], more: Partial<RunRecord> = {}): RunRecord {
  return runRecordSchema.parse({
    id: JSON.stringify([quality, more]),
    group: "g",
    task: "t",
    metric: "exact_match",
    plannedSteps: 10 * quality.length,
    points: quality.map((value, t) => ({ step: 10 * (t + 1), epoch: (t + 1) / 4, quality: value })),
    ...more,
  });
}

/** Index of the checkpoint at which a rule stops the last of some runs; the others are in the training part. */
function stopOf(name: string, runs: readonly RunRecord[]): number {
  const experience = { runs, curves: runs.map(curveOf) };
  const judged = [runs.length - 1];
  const fold = { train: [...runs.keys()].slice(0, -1), judged, fit: [], calibration: [] } as Fold;
  return fixedRules.find((rule) => rule.name === name)!.stops({ experience } as unknown as Study, fold)[0]!;
}

describe("rules with nothing to fit", () => {
  const late = [0.2, 0.5, 0.5, 0.4, 0.5, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9];

  test.each([
    ["never-stop", late, 12],
    ["patience-1", late, 2],
    ["patience-3", late, 4],
    ["patience-5", late, 6],
    ["patience-10", late, 11],
    ["patience-3", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 5],
    ["1-epoch", late, 3],
  ])("%s", (name, curve, index) => {
    expect(stopOf(name, [record(curve)])).toBe(index);
  });

  test("1-epoch goes to the end where epochs are not known", () => {
    const points = late.map((quality, t) => ({ step: 10 * (t + 1), quality }));
    expect(stopOf("1-epoch", [record(late, { points })])).toBe(12);
    // With the planned epochs they are: 13 evaluations in 6.5 epochs, the second ends the first.
    const planned = { points, plannedEpochs: 6.5 } as unknown as Partial<RunRecord>;
    expect(stopOf("1-epoch", [record(late, planned)])).toBe(1);
  });
});

describe("the median rule", () => {
  // Running means of the three past runs at the third evaluation: 0.2, 0.4, 0.6; their median is 0.4.
  const past = [0.2, 0.4, 0.6].map((level) => record([level, level, level, level]));

  test.each([
    ["below the median from the third evaluation on", [0.5, 0.5, 0.3, 0.3], 3],
    ["its best stays above the median", [0.5, 0.1, 0.1, 0.1], 3],
    ["below the median at once", [0.3, 0.3, 0.5, 0.5], 0],
    ["at the median it goes on", [0.4, 0.4, 0.4, 0.4], 3],
  ])("%s", (_, curve, index) => {
    expect(stopOf("median-rule", [...past, record(curve)])).toBe(index);
  });

  test("it compares the best so far with running means, not with values", () => {
    // Running means 0.1, 0.25, 0.4 of values that rise to 0.7; a run at 0.35 is below from the third evaluation on.
    const rising = Array.from({ length: 3 }, (_, k) => record([0.1, 0.4, 0.7, 0.7 + k / 1000]));
    expect(stopOf("median-rule", [...rising, record([0.35, 0.35, 0.35, 0.35])])).toBe(2);
  });

  test("runs at the same cost are compared, whatever their cadence", () => {
    const points = [20, 40].map((step, t) => ({ step, epoch: t, quality: 0.6 }));
    const sparse = Array.from({ length: 3 }, (_, k) =>
      record([0.6, 0.6], { id: `${k}`, plannedSteps: 40, points }),
    );
    // At step 10 no past run has been evaluated: the first comparison is at step 20.
    expect(stopOf("median-rule", [...sparse, record([0.1, 0.1, 0.1, 0.1])])).toBe(1);
  });

  test.each([
    ["two past runs", past.slice(0, 2)],
    ["past runs of another task", past.map((run) => ({ ...run, task: "another" }))],
    ["past runs of another metric", past.map((run) => ({ ...run, metric: "f1" }))],
  ])("with %s it never stops", (_, others) => {
    expect(stopOf("median-rule", [...others, record([0.1, 0.1, 0.1, 0.1])])).toBe(3);
  });

  test("past runs of another group with the same task count", () => {
    const elsewhere = past.map((run) => ({ ...run, group: "h" }));
    expect(stopOf("median-rule", [...elsewhere, record([0.1, 0.1, 0.1, 0.1])])).toBe(0);
  });
});
