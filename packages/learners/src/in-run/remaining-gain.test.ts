import {
  type Curve,
  curveOf,
  groupOf,
  InsufficientDataError,
  type Json,
  ModelFileError,
  type RunRecord,
} from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { contextOf, observationAt, type StreamingCriterion } from "@stopwise/policies";
import { describe, expect, test } from "vitest";
import type { InRunTraining } from "./in-run-learner.ts";
import { fitRemainingGain as fitWith, remainingGainDefaults } from "./remaining-gain.ts";
import { RemainingGainModel } from "./remaining-gain-model.ts";
import { simulatedRuns } from "./simulated.fixture.ts";
import { riskOfThresholds } from "./threshold.ts";

function trainingOf(runs: readonly RunRecord[]): InRunTraining {
  return { curves: runs.map(curveOf), tasks: runs.map(taskOf), groups: runs.map(groupOf) };
}

/** The default settings with fewer trees, for speed. */
function fitRemainingGain(own: InRunTraining, { seed }: { seed: number }): ReturnType<typeof fitWith> {
  return fitWith(own, { seed, boosting: { ...remainingGainDefaults.boosting, trees: 40 } });
}

function streamed(criterion: StreamingCriterion, curve: Curve, from = 0): number[] {
  return Array.from({ length: curve.nCheckpoints - from }, (_, k) =>
    criterion.observe(observationAt(curve, from + k)),
  );
}

const runs = simulatedRuns({ nGroups: 30, perGroup: 4, seed: 1 });
const training = trainingOf(runs);
const { model, heldOut } = fitRemainingGain(training, { seed: 1 });
const fresh = trainingOf(simulatedRuns({ nGroups: 40, perGroup: 2, seed: 2 }));
const freshSeries = fresh.curves.map((curve, run) => model.series(curve, fresh.tasks[run]!));

describe("a learned criterion", () => {
  test("streams what it replays, from any checkpoint on and through JSON", () => {
    const run = 3;
    const curve = fresh.curves[run]!;
    const context = { ...contextOf(curve), task: fresh.tasks[run]! };
    expect(streamed(model.criterion(context), curve)).toEqual([...freshSeries[run]!]);
    for (let cut = 0; cut < curve.nCheckpoints; cut++) {
      const first = model.criterion(context);
      for (let index = 0; index < cut; index++) first.observe(observationAt(curve, index));
      const state = JSON.parse(JSON.stringify(first.state())) as Json;
      expect(streamed(model.criterion(context, state), curve, cut)).toEqual([
        ...freshSeries[run]!.subarray(cut),
      ]);
    }
  });

  test("gives many runs what it gives each, in batches of any size and kind", () => {
    const long = { ...fresh.curves[0]!, id: "long" };
    const of = Array.from({ length: 400 }, (_, k) => k % fresh.curves.length);
    const loss = { ...fresh.curves[1]!, kind: "loss" as const };
    const curves = [...of.map((run) => fresh.curves[run]!), loss, long];
    const tasks = [...of, 1, 0].map((run) => fresh.tasks[run]!);
    const all = model.allSeries(curves, tasks);
    expect(all).toEqual(curves.map((curve, run) => model.series(curve, tasks[run]!)));
    expect(all[400]!.every(Number.isNaN)).toBe(true);
  });

  test("sees no later checkpoint", () => {
    const curve = fresh.curves[0]!;
    const changed = {
      ...curve,
      quality: curve.quality.map((value, index) => (index > 9 ? 1 - value : value)),
    };
    const series = model.series(changed, fresh.tasks[0]!);
    expect(series.subarray(0, 10)).toEqual(freshSeries[0]!.subarray(0, 10));
    expect(series.subarray(10)).not.toEqual(freshSeries[0]!.subarray(10));
  });

  test.each([
    ["nothing but the score", { loss: false, plan: false }],
    ["no plan", { loss: true, plan: false }],
    ["no loss", { loss: false, plan: true }],
  ])("works with %s", (_name, { loss, plan }) => {
    const bare = simulatedRuns({ nGroups: 3, perGroup: 1, seed: 9 }).map((run) => ({
      ...run,
      plannedSteps: plan ? run.plannedSteps : null,
      points: run.points.map((point) => (loss ? point : { ...point, evalLoss: null })),
    }));
    for (const run of bare) {
      const series = model.series(curveOf(run), taskOf(run));
      expect(series.every(Number.isFinite)).toBe(true);
      expect(series.at(-1)).toBeGreaterThan(series[0]!);
    }
  });

  test("a run of missing scores is answered without a made-up number or an error", () => {
    const silent = { ...fresh.curves[0]!, quality: new Float64Array(20).fill(Number.NaN) };
    expect(model.series(silent, {})).toHaveLength(20);
    expect(model.series({ ...silent, nCheckpoints: 0 }, {})).toHaveLength(0);
  });
});

describe("fitRemainingGain", () => {
  test("the promise on training groups holds on fresh groups and saves most of what can be saved", () => {
    const bound = { kind: "mean", maxEmLoss: 0.01 } as const;
    const promise = model.promise(bound)!;
    expect(promise.risk).toBeLessThanOrEqual(0.01);
    expect(promise.nGroups).toBe(30);
    const { saving, risk } = riskOfThresholds(
      { series: freshSeries, curves: fresh.curves, groups: fresh.groups },
      Float64Array.of(promise.threshold!),
      bound,
    );
    expect(risk[0]).toBeLessThan(0.0125);
    expect(saving[0]).toBeGreaterThan(0.3);
  });

  test("promises are nested: a larger bound never has a higher threshold; an impossible one never stops", () => {
    const thresholds = [0.002, 0.005, 0.01, 0.02].map(
      (maxEmLoss) => model.promise({ kind: "mean", maxEmLoss })!.threshold ?? Infinity,
    );
    expect(thresholds).toEqual([...thresholds].sort((a, b) => b - a));
    expect(model.promise({ kind: "mean", maxEmLoss: -1 })).toMatchObject({ threshold: null, saving: 0 });
    const tail = model.promise({ kind: "tail", maxEmLoss: 0.01, alpha: 0.1 })!;
    expect(tail.risk).toBeLessThanOrEqual(0.1);
    expect(tail.saving).toBeGreaterThan(0.1);
    expect(model.promise({ kind: "tail", maxEmLoss: 0.0001, alpha: 0.1 })!.threshold).toBeNull();
  });

  test("held-out statistics know nothing of how the own group ends", () => {
    const altered = runs.map((run) =>
      run.group === "group-7"
        ? { ...run, points: run.points.map((point, k) => (k === 19 ? { ...point, quality: 1 } : point)) }
        : run,
    );
    const again = fitRemainingGain(trainingOf(altered), { seed: 1 });
    runs.forEach((run, index) => {
      const same = again.heldOut[index]!.subarray(0, 19);
      if (run.group === "group-7") expect(same).toEqual(heldOut[index]!.subarray(0, 19));
    });
    expect(again.heldOut).not.toEqual(heldOut);
  });

  test("same seed, same bytes, and bytes decide the same", () => {
    const bytes = model.toBytes();
    expect(fitRemainingGain(training, { seed: 1 }).model.toBytes()).toEqual(bytes);
    expect(bytes.length).toBeLessThan(200_000);
    const back = RemainingGainModel.fromBytes(bytes);
    expect(back.series(fresh.curves[5]!, fresh.tasks[5]!)).toEqual(freshSeries[5]);
    expect(back.promise({ kind: "mean", maxEmLoss: 0.01 })).toEqual(
      model.promise({ kind: "mean", maxEmLoss: 0.01 }),
    );
  });

  test("damaged bytes and foreign bytes are refused", () => {
    expect(() => RemainingGainModel.fromBytes(model.toBytes().subarray(0, 9000))).toThrow(ModelFileError);
    expect(() => RemainingGainModel.fromBytes(new Uint8Array(64))).toThrow(/no remaining-gain model/);
  });

  test("runs of a loss only are learned from apart", () => {
    const losses = trainingOf(simulatedRuns({ nGroups: 12, perGroup: 3, seed: 3, kind: "loss" }));
    expect(model.series(losses.curves[0]!, losses.tasks[0]!).every(Number.isNaN)).toBe(true);
    const fitted = fitRemainingGain(losses, { seed: 1 });
    const series = fitted.model.series(losses.curves[0]!, losses.tasks[0]!);
    expect(series.at(-1)).toBeGreaterThan(series[0]!);
    const context = { ...contextOf(losses.curves[0]!), task: losses.tasks[0]! };
    expect(streamed(fitted.model.criterion(context), losses.curves[0]!)).toEqual([...series]);
    expect(fitted.model.promise({ kind: "mean", maxEmLoss: 0.01 }, "loss")!.saving).toBeGreaterThan(0.2);
    expect(fitted.model.promise({ kind: "mean", maxEmLoss: 0.01 })).toBeUndefined();
  });

  test("one group is too few", () => {
    const single = trainingOf(simulatedRuns({ nGroups: 1, perGroup: 5, seed: 4 }));
    expect(() => fitRemainingGain(single, { seed: 1 })).toThrow(InsufficientDataError);
  });
});
