import { describe, expect, test } from "vitest";
import { rowFeatureNames } from "./feature-rows.ts";
import { gainScales, gainStatistic } from "./gain-statistic.ts";

function row(best: number, progress: number): Float64Array {
  const values = new Float64Array(rowFeatureNames.length).fill(Number.NaN);
  values[rowFeatureNames.indexOf("best")] = best;
  values[rowFeatureNames.indexOf("progress")] = progress;
  return values;
}

describe("a run at the floor of its metric", () => {
  test.each([
    ["early in its plan", 0.04, 0.3, true],
    ["without a plan", 0.04, Number.NaN, true],
    ["with half of its plan done", 0.04, 0.5, false],
    ["above the floor", 0.06, 0.3, false],
    ["before any score", Number.NaN, 0.3, false],
  ])("%s: no statistic is %s", (_, best, progress, isSilent) => {
    expect(Number.isNaN(gainStatistic(0.1, row(best, progress), gainScales.quality))).toBe(isSilent);
  });

  test("a loss has no floor", () => {
    expect(gainStatistic(0.1, row(-3, 0.1), gainScales.loss)).toBe(-0.1);
  });
});

test("what is left of the plan divides the root of the gain", () => {
  expect(gainStatistic(0.1, row(0.5, 0.84), gainScales.quality)).toBeCloseTo(-0.1 / 0.16 ** 0.25, 12);
  expect(gainStatistic(0.1, row(0.5, 1), gainScales.quality)).toBeCloseTo(-0.1 / 0.02 ** 0.25, 12);
});
