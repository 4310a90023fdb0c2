import { curveOf, type SimplePolicy } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { defaultMinDelta } from "../statistic/evaluation-noise.ts";
import { criterionSeries } from "../replay/outcome-matrix.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { curveFrom, runOf } from "../testing/curves.ts";

type Series = Partial<Record<"quality" | "evalLoss" | "trainLoss" | "gradNorm", (number | null)[]>>;

function curveOfSeries(series: Series, plannedSteps?: number) {
  const n = Math.max(...Object.values(series).map((values) => values.length));
  const points = Array.from({ length: n }, (_, i) => ({
    step: 100 * (i + 1),
    ...Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values[i] ?? null])),
  }));
  return curveOf(runOf(points, { plannedSteps }));
}

function zOf(criterion: string, series: Series, policy: object = {}, plannedSteps?: number): number[] {
  const parsed = parsePolicy({ version: 1, criterion, threshold: 0, ...policy }) as SimplePolicy;
  return [...criterionSeries(parsed, curveOfSeries(series, plannedSteps)).z].map((z) => Number(z.toFixed(6)));
}

const evalLoss = [2, 1, 1.1, 1.2, 0.8, 1];

test("generalisation loss is the error over its lowest in percent", () => {
  expect(zOf("generalisation-loss", { evalLoss })).toEqual([0, 0, 10, 20, 0, 25]);
  const quality = { monitor: "quality" };
  expect(zOf("generalisation-loss", { quality: [0.5, 0.75, 0.7, 1, 0.9] }, quality)).toEqual([
    0,
    0,
    20,
    0,
    Infinity,
  ]);
});

test("the progress quotient weighs it by what training still moves", () => {
  const trainLoss = [2, 1, 0.8, 0.8, 0.8, 0.8];
  const z = zOf("progress-quotient", { evalLoss, trainLoss }, { params: { strip: 2 } });
  // Strip means over minima: 1.5/1, 0.9/0.8, then no progress at all.
  expect(z).toEqual([NaN, 0, 10 / 125, Infinity, 0, Infinity]);
});

test("consecutive rises start anew after one that is none", () => {
  expect(zOf("consecutive-rises", { evalLoss })).toEqual([0, 0, 1, 2, 0, 1]);
  expect(zOf("consecutive-rises", { evalLoss }, { params: { strip: 2 } })).toEqual([0, 0, 0, 1, 1, 0]);
});

test("the slope is a straight line's, robust to an outlier where asked", () => {
  const line = { quality: [0.1, 0.2, 0.3, 0.9, 0.5] };
  expect(zOf("slope", line, { params: { window: 3 } })).toEqual([NaN, NaN, -0.1, -0.35, -0.1]);
  // Least squares: sum (x - 2)(y - 0.4) / 10. The ten pairwise slopes have the median 0.1.
  expect(zOf("slope", line, { params: { window: 5 } })[4]).toBe(-0.15);
  expect(zOf("slope", line, { params: { window: 5, estimator: "theilSen" } })[4]).toBe(-0.1);
  expect(zOf("slope", { quality: [0.1, 0.3] }, { params: { window: 2, per: "doubling" } })).toEqual([
    NaN,
    -0.2,
  ]);
  expect(zOf("slope", { evalLoss: [2, 1] }, { monitor: "evalLoss", params: { window: 2 } })).toEqual([
    NaN,
    -1,
  ]);
});

test("sign changes count turns, equal neighbours are none", () => {
  expect(zOf("slope-sign-changes", { quality: [0.1, 0.2, 0.2, 0.1, 0.2, 0.1] })).toEqual([0, 0, 0, 1, 2, 3]);
  expect(
    zOf("slope-sign-changes", { quality: [0.1, 0.2, 0.1, 0.2, 0.3, 0.4] }, { params: { window: 2 } }),
  ).toEqual([0, 0, 1, 1, 0, 0]);
});

test("gradient-norm decay is a share of the peak", () => {
  const params = { smoothing: { kind: "none" } };
  expect(zOf("gradient-norm-decay", { gradNorm: [1, 4, 2, 1] }, { params })).toEqual([0, 0, 0.5, 0.75]);
  expect(() =>
    parsePolicy({ version: 1, criterion: "gradient-norm-decay", monitor: "quality", threshold: 0.5 }),
  ).toThrow('monitor must be "gradNorm", got "quality".');
});

test("target and divergence look in the direction that is better", () => {
  expect(zOf("target", { quality: [0.4, 0.6] }, { params: { level: 0.5 } })).toEqual([-0.1, 0.1]);
  expect(zOf("target", { evalLoss: [2, 1] }, { monitor: "evalLoss", params: { level: 1.5 } })).toEqual([
    -0.5, 0.5,
  ]);
  expect(zOf("divergence", { evalLoss: [2, 1, 4] }, { monitor: "evalLoss" })).toEqual([0, 0, 3]);
  expect(zOf("divergence", { quality: [0.4, 0.6] }, { params: { level: 0.5 } })).toEqual([0.1, -0.1]);
});

test("budgets count what is spent", () => {
  const quality = [0.1, 0.2];
  expect(zOf("budget", { quality }, { params: { unit: "steps" } })).toEqual([100, 200]);
  expect(zOf("budget", { quality }, { params: { unit: "evals" } })).toEqual([1, 2]);
  expect(zOf("budget", { quality }, { params: { unit: "planShare" } }, 400)).toEqual([0.25, 0.5]);
  expect(zOf("budget", { quality })).toEqual([NaN, NaN]);
});

test("non-finite counts holes in a row after the first value", () => {
  expect(zOf("non-finite", { quality: [null, 0.1, null, null, 0.2] })).toEqual([NaN, 0, 1, 2, 0]);
});

describe("noise-aware staleness", () => {
  const quality = [0.5, 0.52, 0.56, 0.56, 0.7];

  test("with few questions small gains do not count", () => {
    const z = (evalSize: number): number[] =>
      zOf("noise-aware-staleness", { quality }, { params: { evalSize } });
    expect(z(1_000_000)).toEqual([0, 0, 0, 1, 0]);
    // One standard error of the difference at p = 0.5 is 0.07 with 100 questions.
    expect(z(100)).toEqual([0, 1, 2, 3, 0]);
  });

  test("without their number the noise is that of the recent differences", () => {
    const noisy = [0.5, 0.6, 0.5, 0.6, 0.5, 0.61, 0.5, 0.62];
    expect(zOf("noise-aware-staleness", { quality: noisy })).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
  });

  test("the least improvement follows from the questions", () => {
    expect(defaultMinDelta(1000, 0.8)).toBeCloseTo(Math.sqrt((2 * 0.8 * 0.2) / 1000), 4);
  });
});

describe("extrapolation", () => {
  const saturating = Array.from({ length: 20 }, (_, i) => 0.8 - 0.7 * Math.exp(-(i + 1) / 4));
  const rising = Array.from({ length: 20 }, (_, i) => 0.9 - 0.85 * (i + 1) ** -0.25);

  test("is sure of a curve that has arrived, and of one that still rises", () => {
    expect(zOf("extrapolation", { quality: saturating }, {}, 4000).at(-1)!).toBeGreaterThan(0.95);
    expect(zOf("extrapolation", { quality: rising }, {}, 4000).at(-1)!).toBeLessThan(0.05);
  });

  test("has nothing to add to a plan that is done, and no opinion on five points", () => {
    expect(zOf("extrapolation", { quality: rising }, {}, 2000).at(-1)).toBe(1);
    expect(zOf("extrapolation", { quality: rising }).slice(0, 6).map(Number.isNaN)).toEqual([
      ...Array.from({ length: 5 }, () => true),
      false,
    ]);
  });
});

test("a curve of one checkpoint has a statistic for every criterion that needs only one", () => {
  expect(
    criterionSeries(
      parsePolicy({ version: 1, criterion: "staleness", threshold: 1 }) as SimplePolicy,
      curveFrom([0.4]),
    ).z,
  ).toEqual(Float64Array.from([0]));
});
