import * as fc from "fast-check";
import { expect, test } from "vitest";
import { anyCurve, curveFrom } from "../testing/curves.ts";
import { replaySweep } from "./sweep-rule.ts";

const sweep = [
  curveFrom([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
  curveFrom([0.2, 0.3, 0.4, 0.5, 0.5, 0.5]),
  curveFrom([0.05, 0.1, 0.1, 0.1, 0.1, 0.1]),
  curveFrom([0.3, 0.4, 0.4, 0.4, 0.4, 0.4]),
];

test("the median rule stops what is below half of its peers", () => {
  const { stopIndex, saving, regret } = replaySweep(sweep, { rule: "percentile", minCost: 2000 });
  expect([...stopIndex]).toEqual([1, 5, 1, 5]);
  expect(saving).toBeCloseTo(8 / 24, 12);
  expect(regret).toBeCloseTo(0.1, 12);
});

test("successive halving keeps the top of each rung", () => {
  const { stopIndex } = replaySweep(sweep, { rule: "successiveHalving", eta: 2, firstRung: 2000 });
  expect([...stopIndex]).toEqual([1, 5, 1, 3]);
});

test("eta is 3 unless it is said: the top third of a rung goes on", () => {
  const twelve = Array.from({ length: 12 }, (_, run) => curveFrom(Array<number>(4).fill((run + 1) / 20)));
  const wholeWith = (eta?: number): number => {
    const rule = {
      rule: "successiveHalving",
      firstRung: 2000,
      guard: false,
      ...(eta === undefined ? {} : { eta }),
    };
    return [...replaySweep(twelve, rule).stopIndex].filter((stop) => stop === 3).length;
  };
  expect([wholeWith(2), wholeWith(3), wholeWith(4)]).toEqual([6, 4, 3]);
  expect(wholeWith()).toBe(4);
});

test("the guard keeps the leader of the sweep", () => {
  fc.assert(
    fc.property(fc.array(anyCurve, { minLength: 1, maxLength: 5 }), (curves) => {
      const { stopIndex } = replaySweep(curves, { rule: "percentile", percentile: 100, minPeers: 1 });
      const whole = curves.filter((curve, run) => stopIndex[run] === curve.nCheckpoints - 1);
      expect(whole.length).toBeGreaterThan(0);
    }),
  );
  const alone = replaySweep([curveFrom([0.5, 0.5]), curveFrom([0.4, 0.9])], {
    rule: "percentile",
    minPeers: 1,
  });
  expect([...alone.stopIndex]).toEqual([1, 0]);
  expect(alone.regret).toBeCloseTo(0.4, 12);
});

test("stops do not look ahead", () => {
  const changed = [curveFrom([0.1, 0.2, 0.9, 0.9, 0.9, 0.9]), ...sweep.slice(1)];
  expect(replaySweep(changed, { rule: "percentile", minCost: 2000 }).stopIndex[0]).toBe(1);
});

test("no runs, and rules that are none", () => {
  expect(replaySweep([], { rule: "percentile" })).toMatchObject({ saving: 0, regret: 0, nStopped: 0 });
  expect(() => replaySweep(sweep, { rule: "successiveHalving" })).toThrow();
});
