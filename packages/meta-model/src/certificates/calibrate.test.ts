import { binomialUpperTail, InvalidInputError } from "@stopwise/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import type { Bound } from "./bound.ts";
import { calibrate } from "./calibrate.ts";
import { conformalQuantile } from "./conformal-quantile.ts";
import { groupRisk, meanRisk, safetyEnvelope } from "./group-risk.ts";
import { hoeffdingBentkus } from "./high-probability.ts";
import { groupsNeeded, missingGroups } from "./missing-groups.ts";
import { eventOf, statementOf } from "./statement.ts";

const tail = (alpha: number, maxEmLoss = 0.01): Bound => ({ kind: "tail", maxEmLoss, alpha });

describe("pieces", () => {
  test("the envelope is the maximum over safer settings, never-stop being 0", () => {
    expect([...safetyEnvelope([0.5, 0.1, -1, 0.3, Number.NaN, 0.2])]).toEqual([0, 0.1, 0.1, 0.3, 0.3, 0.3]);
  });

  test("a group counts once, whatever its size", () => {
    const table = { loss: [0, 0.02, 0, 0.02, 0, 0], nSettings: 2, groups: ["a", "a", "b"] };
    expect([...meanRisk(groupRisk(table, tail(0.1)))]).toEqual([0, 0.5]);
    expect(meanRisk(groupRisk(table, { kind: "mean", maxEmLoss: 0.01 }))[1]).toBeCloseTo(0.01, 12);
  });

  test.each([
    [tail(0.1), 9],
    [tail(0.05), 19],
    [tail(0.2), 4],
    [{ kind: "mean", maxEmLoss: 0.01 } as const, 19],
    [{ kind: "mean", maxEmLoss: 0.005 } as const, 39],
  ])("%o needs %i groups", (bound, n) => {
    expect(groupsNeeded(bound)).toBe(n);
    expect(missingGroups(bound, n - 2)).toBe(2);
    expect(missingGroups(bound, n + 5)).toBe(0);
    const lossless = (groups: number): number =>
      calibrate(
        {
          loss: new Float64Array(groups * 2),
          nSettings: 2,
          groups: Array.from({ length: groups }, (_, g) => `${g}`),
        },
        bound,
      ).setting;
    expect(lossless(n)).toBe(1);
    expect(lossless(n - 1)).toBe(0);
  });

  test("Hoeffding-Bentkus is a p-value of its ends", () => {
    expect(hoeffdingBentkus(0, 0, 0.1)).toBe(1);
    expect(hoeffdingBentkus(0.2, 100, 0.1)).toBe(1);
    expect(hoeffdingBentkus(0, 100, 0.1)).toBeCloseTo(0.9 ** 100, 12);
  });

  test("conformal quantile is an order statistic", () => {
    expect(conformalQuantile([3, 1, 2], 0.25)).toBe(3);
    expect(conformalQuantile([3, 1, 2], 0.5)).toBe(2);
    expect(conformalQuantile([3, 1, 2], 0.2)).toBe(Infinity);
    expect(conformalQuantile([], 0.5)).toBe(Infinity);
    expect(conformalQuantile([1, Number.NaN, 2], 0.25)).toBe(Infinity);
  });

  test("no groups certify never-stop only", () => {
    expect(calibrate({ loss: [], nSettings: 3, groups: [] }, tail(0.1))).toMatchObject({
      setting: 0,
      nGroups: 0,
    });
  });

  test.each([
    [{ kind: "tail", maxEmLoss: 0 }, "maxEmLoss must be > 0, got 0. Use 0.01 for one point."],
    [
      { kind: "tail", maxEmLoss: 0.1, alpha: 1 },
      "alpha must be in (0, 1), got 1. Use 0.1 for 90 % confidence.",
    ],
    [{ kind: "mean", maxEmLoss: 0.3 }, "clip must be above maxEmLoss 0.3, got 0.2. Give a larger clip."],
  ] as [Bound, string][])("%o is refused", (bound, message) => {
    expect(() => calibrate({ loss: [], nSettings: 1, groups: [] }, bound)).toThrow(InvalidInputError);
    expect(() => calibrate({ loss: [], nSettings: 1, groups: [] }, bound)).toThrow(message);
  });

  test("the sentence names event, probability, assumption and what is random", () => {
    expect(statementOf(tail(0.1), { scope: "new-task", metricClass: "match", nGroups: 30 })).toBe(
      "For a random run of a new group exchangeable with the 30 calibration groups, a run loses more than 1 point of exact match with probability at most 10 %.",
    );
    expect(eventOf(tail(0.1), "overlap")).toBe("EM loss > 0.01");
    expect(eventOf({ kind: "mean", maxEmLoss: 0.02 }, "loss")).toContain("relative loss increase");
  });

  test("a looser bound never chooses a safer setting", () => {
    const losses = fc.array(
      fc.array(fc.double({ min: 0, max: 0.5, noNaN: true }), { minLength: 4, maxLength: 4 }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(losses, fc.double({ min: 0.02, max: 0.4, noNaN: true }), (rows, alpha) => {
        const table = { loss: rows.flat(), nSettings: 4, groups: rows.map((_, g) => `${g % 25}`) };
        const strict = calibrate(table, tail(alpha)).setting;
        expect(calibrate(table, tail(alpha + 0.1)).setting).toBeGreaterThanOrEqual(strict);
        expect(calibrate(table, tail(alpha, 0.05)).setting).toBeGreaterThanOrEqual(strict);
      }),
    );
  });
});

// Setting j of 20 loses 0.02 with probability q_g * j / 20, q_g ~ U(0, 1) for group g: the risk of setting j is j / 40.
function simulate(seed: number, nGroups: number): { loss: Float64Array; groups: string[] } {
  const random = randomFrom(seed);
  const loss = new Float64Array(nGroups * 21);
  for (let group = 0; group < nGroups; group++) {
    const [rate, draw] = [random(), random()];
    for (let j = 0; j <= 20; j++) loss[group * 21 + j] = draw < (rate * j) / 20 ? 0.02 : 0;
  }
  return { loss, groups: Array.from({ length: nGroups }, (_, g) => `${g}`) };
}

describe("validity on a task whose risk is known in closed form", () => {
  test.each([0.05, 0.1, 0.2])("tail: a new group violates with probability <= %f", (alpha) => {
    const trials = 3000;
    let violations = 0;
    let settings = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { loss, groups } = simulate(trial * 7 + 1, 61);
      const calibration = { loss: loss.subarray(0, 60 * 21), nSettings: 21, groups: groups.slice(0, 60) };
      const { setting } = calibrate(calibration, tail(alpha));
      settings += setting;
      if (loss[60 * 21 + setting]! > 0.01) violations++;
    }
    expect(binomialUpperTail(violations, trials, alpha)).toBeGreaterThan(0.01);
    expect(settings / trials, "it is not never-stop that keeps the bound").toBeGreaterThan(20 * alpha * 0.8);
  });

  test("high probability: the true risk exceeds the bound in at most delta of the calibrations", () => {
    const trials = 1000;
    const bound: Bound = { kind: "high-probability", maxEmLoss: 0.005, alpha: 0.1, clip: 0.02 };
    let broken = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { loss, groups } = simulate(trial * 11 + 5, 200);
      const { setting } = calibrate({ loss, nSettings: 21, groups }, bound);
      if ((setting / 40) * 0.02 > 0.005) broken++;
    }
    expect(binomialUpperTail(broken, trials, 0.1)).toBeGreaterThan(0.01);
    expect(broken).toBeGreaterThan(0);
  });

  test("the test can fail: plain empirical risk breaks the bound on few groups", () => {
    const trials = 3000;
    let violations = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { loss, groups } = simulate(trial * 7 + 1, 11);
      const risk = meanRisk(
        groupRisk({ loss: loss.subarray(0, 210), nSettings: 21, groups: groups.slice(0, 10) }, tail(0.1)),
      );
      const setting = risk.findLastIndex((value) => value <= 0.1);
      if (loss[10 * 21 + setting]! > 0.01) violations++;
    }
    expect(binomialUpperTail(violations, trials, 0.1)).toBeLessThan(0.001);
  });
});
