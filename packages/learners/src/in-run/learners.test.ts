import { curveOf, groupOf, InsufficientDataError } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { describe, expect, test } from "vitest";
import * as learned from "../index.ts";
import type { InRunLearner, InRunTraining } from "./in-run-learner.ts";
import { simulatedRuns } from "./simulated.fixture.ts";
import { calibrateThreshold } from "./threshold.ts";

const learners: InRunLearner[] = Object.entries(learned)
  .filter(([name]) => name.endsWith("Learner"))
  .map(([, learner]) => learner as InRunLearner);

function trainingOf(seed: number, nGroups = 12): InRunTraining {
  const runs = simulatedRuns({ nGroups, perGroup: 2, seed });
  return { curves: runs.map(curveOf), tasks: runs.map(taskOf), groups: runs.map(groupOf) };
}

const training = trainingOf(11);
const fresh = trainingOf(12);

test("three learners are known", () => {
  expect(learners.map(({ name }) => name).sort()).toEqual([
    "remaining-gain",
    "ridge-gain",
    "value-iteration",
  ]);
});

describe.each(learners.map((learner) => ({ name: learner.name, learner })))("$name", ({ learner }) => {
  const { model, heldOut } = learner.fit(training, { seed: 3 });

  test("gives every training run a held-out statistic of its length that rises as the run runs out of gain", () => {
    expect(heldOut.map((series) => series.length)).toEqual(
      training.curves.map((curve) => curve.nCheckpoints),
    );
    const mean = (index: number): number => {
      // At the floor of the metric there is no statistic yet.
      const known = heldOut.map((series) => series.at(index)!).filter((value) => !Number.isNaN(value));
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    };
    expect(mean(-1)).toBeGreaterThan(mean(0));
  });

  test("a threshold from held-out statistics saves on them", () => {
    const sample = { series: heldOut, curves: training.curves, groups: training.groups };
    const { saving, risk } = calibrateThreshold(sample, { kind: "mean", maxEmLoss: 0.02 });
    expect(saving).toBeGreaterThan(0.2);
    expect(risk).toBeLessThanOrEqual(0.02);
  });

  test("sees no later checkpoint", () => {
    const curve = fresh.curves[1]!;
    const later = { ...curve, quality: curve.quality.map((value, index) => (index > 12 ? 0 : value)) };
    const before = (series: Float64Array): Float64Array => series.subarray(0, 13);
    expect(before(model.series(later, fresh.tasks[1]!))).toEqual(
      before(model.series(curve, fresh.tasks[1]!)),
    );
  });

  test("same runs and seed, same statistic", () => {
    const few = trainingOf(13, 4);
    const [first, second] = [learner.fit(few, { seed: 3 }), learner.fit(few, { seed: 3 })];
    expect(second.model.series(fresh.curves[0]!, fresh.tasks[0]!)).toEqual(
      first.model.series(fresh.curves[0]!, fresh.tasks[0]!),
    );
    expect(second.heldOut).toEqual(first.heldOut);
  });

  test("a kind of run that it has not learned from never stops; no runs are too few", () => {
    const [loss] = simulatedRuns({ nGroups: 1, perGroup: 1, seed: 1, kind: "loss" });
    expect(model.series(curveOf(loss!), taskOf(loss!)).every(Number.isNaN)).toBe(true);
    expect(() => learner.fit({ curves: [], tasks: [], groups: [] }, { seed: 1 })).toThrow(
      InsufficientDataError,
    );
  });
});
