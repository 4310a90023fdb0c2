import { InsufficientDataError } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import type { Estimator, TrainingSet } from "./estimator.ts";
import * as estimators from "./index.ts";

const members = Object.values(estimators).filter(
  (member): member is Estimator => typeof member === "object" && "fit" in member,
);

/** Target 0 rises with feature 0, target 1 tells the category; one number in five is unknown. */
function trainingSet(nGroups: number, perGroup = 3, seed = 1): TrainingSet {
  const random = randomFrom(seed);
  const n = nGroups * perGroup;
  const features = Array.from({ length: n }, () =>
    Float64Array.of(random(), random() < 0.2 ? Number.NaN : random(), Math.floor(random() * 3)),
  );
  return {
    features,
    kinds: ["number", "number", "category"],
    targets: Float32Array.from(features.flatMap(([x, , level]) => [0.2 + 0.6 * x!, level === 1 ? 1 : 0.3])),
    nTargets: 2,
    weights: new Float64Array(n).fill(1 / n),
    groups: Int32Array.from({ length: n }, (_, run) => Math.floor(run / perGroup)),
  };
}

test("every estimator is found", () => {
  expect(members.map((member) => member.name).sort()).toEqual([
    "constant",
    "forest",
    "kernel",
    "nearest-task",
    "ridge",
  ]);
});

describe.each(members)("$name", (estimator) => {
  const training = trainingSet(30);
  const fitted = estimator.fit(training, { seed: 7 });
  const task = Float64Array.of(0.5, 0.5, 1);

  test("predicts every target, inside the range of what was seen", () => {
    const row = fitted.predict(task);
    expect(row).toHaveLength(2);
    for (const value of row) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  });

  test("unknown and unseen values are answered", () => {
    for (const odd of [
      [Number.NaN, Number.NaN, Number.NaN],
      [9, -9, 17],
    ]) {
      expect([...fitted.predict(Float64Array.from(odd))].every(Number.isFinite)).toBe(true);
    }
  });

  test("the same seed gives the same predictions", () => {
    const again = estimator.fit(trainingSet(30), { seed: 7 });
    expect([...again.predict(task)]).toEqual([...fitted.predict(task)]);
    expect([...again.predictHeldOut(4)]).toEqual([...fitted.predictHeldOut(4)]);
  });

  test("a held-out prediction does not move with the targets of its own group", () => {
    const changed = { ...training, targets: Float32Array.from(training.targets) };
    for (const run of [12, 13, 14]) changed.targets.set([0.9, 0.05], run * 2);
    const before = estimator.fit({ ...training, targets: training.targets }, { seed: 7 });
    const after = estimator.fit(changed, { seed: 7 });
    const moved = Math.max(
      ...after.predictHeldOut(13).map((value, t) => Math.abs(value - before.predictHeldOut(13)[t]!)),
    );
    const visible = Math.max(
      ...after
        .predict(training.features[13]!)
        .map((value, t) => Math.abs(value - before.predict(training.features[13]!)[t]!)),
    );
    // Smoothing and projections are chosen on all groups: a trace of it may remain, far less than what is seen.
    expect(moved).toBeLessThan(Math.max(0.03, visible));
  });

  test("what was asked before does not show in an answer", () => {
    const other = Float64Array.of(0.1, Number.NaN, 2);
    const copied = (features: Float64Array): unknown => {
      const near = fitted.neighbours?.(features);
      return {
        row: [...fitted.predict(features)],
        runs: [...(near?.runs ?? [])],
        weights: [...(near?.weights ?? [])],
      };
    };
    const before = copied(task);
    const kept = fitted.predict(task);
    expect(copied(other)).not.toEqual(estimator === estimators.constant ? undefined : before);
    fitted.predictHeldOut(3);
    expect(copied(task)).toEqual(before);
    expect([...kept]).toEqual((before as { row: number[] }).row);
  });

  test("neighbours weigh 1 in all, the heaviest first", () => {
    const near = fitted.neighbours?.(task);
    if (near === undefined) return;
    expect(near.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect([...near.weights]).toEqual([...near.weights].sort((a, b) => b - a));
  });

  test("a single group and a single run are answered, no run is refused", () => {
    expect(estimator.fit(trainingSet(1, 1), { seed: 1 }).predict(task)).toHaveLength(2);
    expect(estimator.fit(trainingSet(1, 3), { seed: 1 }).predictHeldOut(0)).toHaveLength(2);
    expect(() => estimator.fit(trainingSet(0), { seed: 1 })).toThrow(InsufficientDataError);
  });
});

test.each(members.filter(({ name }) => name !== "constant"))(
  "$name learns what the features tell",
  (estimator) => {
    const error = (member: Estimator): number => {
      const training = trainingSet(60, 3, 3);
      const fitted = member.fit(training, { seed: 2 });
      return training.features.reduce((sum, _, run) => {
        const row = fitted.predictHeldOut(run);
        return sum + row.reduce((part, value, t) => part + (value - training.targets[run * 2 + t]!) ** 2, 0);
      }, 0);
    };
    expect(error(estimator)).toBeLessThan(0.8 * error(estimators.constant));
  },
);
