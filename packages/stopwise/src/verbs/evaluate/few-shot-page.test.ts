import type { FewShotPoint } from "@stopwise/referee";
import { expect, test } from "vitest";
import { fewShotPage } from "./few-shot-page.ts";

function point(ownRuns: number, more: Partial<FewShotPoint> = {}): FewShotPoint {
  return {
    method: "recommend",
    kind: "loss",
    bound: { kind: "mean", maxEmLoss: 0.005 },
    cohort: 3,
    ownRuns,
    meanSaving: 0.25 + ownRuns / 20,
    low: 0.1,
    high: 0.4,
    gain: { mean: ownRuns / 20, low: -0.012, high: 0.3 },
    ownShare: 0.5,
    meanEmLoss: 0.003,
    shareOverBound: 0.04,
    nGroups: 7,
    nRuns: 42,
    ...more,
  };
}

test("a row for each method, a column for each number of own runs, and what the most of them add", () => {
  const page = fewShotPage([point(0), point(3), point(0, { method: "best-policies", meanSaving: 0.5 })]);
  expect(page).toContain("mean loss <= 0.50 points, runs with a loss only");
  expect(page).toMatch(/7 +3 +recommend +25\.0 @ 4\.0 +40\.0 @ 4\.0 +15\.0 \(-1\.2 to 30\.0\)/);
  expect(page).toMatch(/best-policies +50\.0 @ 4\.0 +- +0\.0/);
});

test("says so where no task has runs enough", () => {
  expect(fewShotPage([])).toContain("no task has runs enough");
});
