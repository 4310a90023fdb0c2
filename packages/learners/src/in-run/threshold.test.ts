import { curveOf, runRecordSchema } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { remainingGain, sampleGainRows } from "./gain-rows.ts";
import { calibrateThreshold, riskOfThresholds } from "./threshold.ts";

function curve(id: string, ...qualities: number[]): ReturnType<typeof curveOf> {
  const points = qualities.map((quality, index) => ({ step: index + 1, quality }));
  return curveOf(runRecordSchema.parse({ id, metric: "em", points }));
}

// Two groups: a has one run, b has two. Stopping at z >= 2 stops every run at its second checkpoint.
const sample = {
  curves: [curve("a", 0.1, 0.5, 0.5, 0.5), curve("b1", 0.1, 0.2, 0.3, 0.4), curve("b2", 0.6, 0.7, 0.6, 0.7)],
  series: [Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 3, 4)],
  groups: ["a", "b", "b"],
};

describe("riskOfThresholds", () => {
  test("groups weigh 1, their runs the same", () => {
    const { saving, risk } = riskOfThresholds(sample, Float64Array.of(1, 2, 3, 9), {
      kind: "mean",
      maxEmLoss: 0,
    });
    expect([...saving]).toEqual([0.75, 0.5, 0.25, 0]);
    [0.5 * 0.4 + 0.25 * 0.3 + 0.25 * 0.1, 0.25 * 0.2, 0.25 * 0.1, 0].forEach((expected, k) =>
      expect(risk[k]).toBeCloseTo(expected, 12),
    );
  });

  test("a tail counts the weight of runs beyond the bound", () => {
    const tail = { kind: "tail", maxEmLoss: 0.15, alpha: 0.1 } as const;
    expect([...riskOfThresholds(sample, Float64Array.of(1, 2, 3), tail).risk]).toEqual([0.75, 0.25, 0]);
  });
});

describe("calibrateThreshold", () => {
  test.each([
    [0.31, 1, 0.75],
    [0.06, 2, 0.5],
    [0.03, 3, 0.25],
    [0.001, Infinity, 0],
  ])("mean loss <= %d: threshold %d saves %d", (maxEmLoss, threshold, saving) => {
    expect(calibrateThreshold(sample, { kind: "mean", maxEmLoss })).toMatchObject({ threshold, saving });
  });

  test("nothing to choose on never stops", () => {
    const none = { curves: [], series: [], groups: [] };
    expect(calibrateThreshold(none, { kind: "mean", maxEmLoss: 1 }).threshold).toBe(Infinity);
  });
});

describe("gain rows", () => {
  test("the remaining gain is what the best score still rises by", () => {
    expect(remainingGain(curve("c", 0.1, 0.6, 0.5, 0.9)).map((gain) => Math.round(gain * 10))).toEqual(
      Float64Array.of(8, 3, 3, 0),
    );
    const loss = {
      id: "l",
      metric: "loss",
      kind: "loss",
      points: [1.5, 2, 1].map((value, step) => ({ step: step + 1, value })),
    };
    expect([...remainingGain(curveOf(runRecordSchema.parse(loss)))]).toEqual([0.5, 0.5, 0]);
    const toZero = { ...loss, points: [...loss.points, { step: 9, value: 0 }] };
    expect([...remainingGain(curveOf(runRecordSchema.parse(toZero)))]).toEqual([1.5, 1.5, 1, 0]);
  });

  test("each run weighs the same in its group, groups by the root of their size, and the last checkpoint is left out", () => {
    const long = curve("long", ...Array.from({ length: 100 }, (_, k) => k / 100));
    const rows = sampleGainRows([long, ...sample.curves], ["g", "g", "h", "h"], {
      perRun: 12,
      groupPower: 0.5,
      seed: 1,
    });
    const ofRun = (run: number): number[] => [...rows.checkpoint].filter((_, row) => rows.run[row] === run);
    expect(ofRun(0)).toHaveLength(12);
    ofRun(0).forEach((at, k) => {
      expect(at).toBeGreaterThanOrEqual(Math.floor((k * 99) / 12));
      expect(at).toBeLessThan(((k + 1) * 99) / 12);
    });
    expect(ofRun(1)).toEqual([0, 1, 2]);
    const total = (run: number): number =>
      rows.weight.reduce((sum, weight, row) => sum + (rows.run[row] === run ? weight : 0), 0);
    for (const run of [0, 1, 2, 3]) expect(total(run)).toBeCloseTo(1 / Math.SQRT2, 12);
  });
});
