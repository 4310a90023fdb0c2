import { describe, expect, test } from "vitest";
import { hypervolume } from "./hypervolume.ts";
import { paretoFront, weightedChoice, type TradeOff } from "./pareto.ts";

const points = (...pairs: readonly (readonly [number, number])[]): TradeOff[] =>
  pairs.map(([saving, emLoss]) => ({ saving, emLoss }));

describe("the Pareto front", () => {
  test.each([
    ["none", [], [], []],
    ["one", [0.3], [0.1], [0]],
    ["rising loss, rising saving", [0.5, 0, 0.2], [0.1, 0, 0.02], [1, 2, 0]],
    ["the beaten one is left out", [0, 0.4, 0.3], [0, 0.01, 0.02], [0, 1]],
    ["equal loss: the larger saving", [0.1, 0.2], [0.01, 0.01], [1]],
    ["equal saving: the smaller loss", [0.2, 0.2], [0.02, 0.01], [1]],
    ["equal choices count once", [0.2, 0.2], [0.01, 0.01], [0]],
    ["NaN is never on it", [Number.NaN, 0.1, 0.5], [0, 0.01, Number.NaN], [1]],
  ])("%s", (_, saving, emLoss, front) => {
    expect(paretoFront(saving, emLoss)).toEqual(front);
  });
});

describe("the weighted choice", () => {
  // Slopes between neighbours: 20 % a point, 5 % a point, 1 % a point.
  const front = points([0, 0], [0.2, 0.01], [0.3, 0.03], [0.34, 0.07]);

  test.each([
    [0.25, 0],
    [0.1, 1],
    [0.04, 2],
    [0.001, 3],
  ])("a point worth %d takes point %d", (pointWorth, index) => {
    expect(weightedChoice(front, pointWorth)).toBe(index);
  });

  test("ties go to the earlier point, and no points give no choice", () => {
    expect(weightedChoice(points([0, 0], [0.2, 0.01]), 0.2)).toBe(0);
    expect(weightedChoice([], 0.2)).toBeUndefined();
  });
});

describe("the hypervolume", () => {
  test.each([
    ["nothing", points(), 0],
    ["everything saved, nothing lost", points([1, 0]), 1],
    ["never-stop alone", points([0, 0]), 0],
    ["half of each", points([0.5, 0.1]), 0.25],
    // 0.2 x (0.2 - 0.0) + 0.3 x (0.2 - 0.05) + 0.1 x (0.2 - 0.1) = 0.095, of 0.2.
    ["three steps", points([0.2, 0], [0.5, 0.05], [0.6, 0.1]), 0.475],
    ["in any order, with a beaten one", points([0.6, 0.1], [0.4, 0.06], [0.2, 0], [0.5, 0.05]), 0.475],
    ["beyond the reference adds nothing", points([0.5, 0.1], [0.9, 0.2], [0.95, 0.5]), 0.25],
  ])("%s", (_, choices, volume) => {
    expect(hypervolume(choices)).toBeCloseTo(volume, 12);
  });

  test("from another reference", () => {
    // (0.5 - 0.25) x (0.1 - 0.05) of 0.75 x 0.1.
    expect(hypervolume(points([0.5, 0.05]), { saving: 0.25, emLoss: 0.1 })).toBeCloseTo(0.0125 / 0.075, 12);
  });
});
