import { curveOf, neverStop, runRecordSchema, type RunRecord, type SimplePolicy } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { packContainer, openContainer } from "../../file/container.ts";
import { experienceOf } from "../../portfolio/experience.ts";
import { cadenceAdvice, type CadenceQuestion } from "./cadence-advice.ts";
import { cadenceCells, cadenceSections, readCadence } from "./cadence-table.ts";
import { bestQuality, thinned, thinnings } from "./thinned.ts";

const patience = (threshold: number): SimplePolicy => ({
  version: 1,
  criterion: "staleness",
  monitor: "quality",
  direction: "max",
  params: { unit: "evals", minDelta: 0, minDeltaMode: "deadBand" },
  threshold,
  compare: ">=",
  nan: "count",
  delivery: "best",
});

/** Climbs for the first third of its 24 evaluations, then stays. */
const run = (group: number): RunRecord =>
  runRecordSchema.parse({
    id: `${group}`,
    group: `${group}`,
    metric: "exact_match",
    plannedSteps: 240,
    end: "completed",
    points: Array.from({ length: 24 }, (_, i) => ({
      step: 10 * (i + 1),
      quality: Math.min(i + 1, 8) / 10,
    })),
  });

const experience = experienceOf(
  Array.from({ length: 10 }, (_, group) => run(group)),
  [1, 2, 3, 5].map(patience),
);
const container = openContainer(packContainer({}, cadenceSections(experience, "quality")));
const { grid } = experience;
const question: CadenceQuestion = {
  start: { grid },
  prefix: "quality",
  bound: { kind: "mean", maxEmLoss: 0.01 },
  metricClass: "match",
  predicted: { saving: 0.5, emLoss: 0 },
  setting: 1,
  task: { maxSteps: 480 },
};

describe("thinned", () => {
  test.each([
    [2, [2, 4, 6], 3],
    [3, [3, 6], 2],
    [8, [6], 1],
  ])("by %i keeps the last checkpoint", (k, steps, n) => {
    const points = [1, 2, 3, 4, 5, 6].map((step) => ({ step, quality: step / 10 }));
    const curve = thinned(curveOf(runRecordSchema.parse({ id: "r", metric: "em", points })), k);
    expect([...curve.step]).toEqual(steps);
    expect(curve.nCheckpoints).toBe(n);
    expect(bestQuality(curve)).toBe(0.6);
  });
});

describe("cadenceSections", () => {
  test("holds what each policy does on thinned curves", () => {
    const table = readCadence(container, "quality", "match")!;
    expect([...table.evaluations]).toEqual([24, 12, 8, 6, 4, 3]);
    const one = Array.from({ length: grid.nSettings }, (_, s) => s).find(
      (s) => grid.policyOf(s).threshold === 1,
    )!;
    const saving = (thinning: number): number =>
      cadenceCells(table, [one], { half: 0, thinning, nSettings: grid.nSettings })[0]!;
    // The first evaluation without improvement is the 9th; with every second one the 10th, the next after the 8th.
    expect(saving(0)).toBeCloseTo(1 - 9 / 24, 4);
    expect(saving(1)).toBeCloseTo(1 - 10 / 24, 4);
    expect(saving(thinnings.indexOf(8))).toBeCloseTo(1 - 16 / 24, 4);
  });

  test("a class of fewer than eight groups has no table", () => {
    const few = experienceOf([1, 2, 3].map(run), [patience(1)]);
    expect(cadenceSections(few, "quality")).toEqual({});
  });
});

describe("cadenceAdvice", () => {
  test("without evaluation cost the densest cadence saves most", () => {
    const { evalEvery, cadence } = cadenceAdvice(container, question);
    expect([evalEvery, cadence?.evaluations]).toEqual([20, 24]);
    expect(cadence?.rows[0]).not.toHaveProperty("savingWithEvaluation");
  });

  test("dear evaluations make a sparser one better, by the formula in the docstring", () => {
    const task = { maxSteps: 480, maxTokens: 1000, evals: 24 };
    const { evalEvery, cadence } = cadenceAdvice(container, { ...question, task, evalCost: 100 });
    const best = cadence!.rows.reduce((a, b) => (b.savingWithEvaluation! > a.savingWithEvaluation! ? b : a));
    expect(cadence!.evaluations).toBe(best.evaluations);
    expect(best.evaluations).toBeLessThan(24);
    expect(evalEvery).toBe(480 / best.evaluations);
    expect(best.savingWithEvaluation).toBeCloseTo(
      1 - ((1 - best.saving) * (1000 + 100 * best.evaluations)) / (1000 + 100 * 24),
      12,
    );
  });

  test("says nothing for a run to its end, nor for a class without a table", () => {
    expect(grid.policyOf(0)).toEqual(neverStop);
    expect(
      cadenceAdvice(container, { ...question, predicted: { saving: 0.5, emLoss: 0 }, setting: 0 }),
    ).toEqual({});
    expect(cadenceAdvice(container, { ...question, metricClass: "overlap" })).toEqual({});
  });
});
