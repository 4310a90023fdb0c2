import * as fc from "fast-check";
import { expect, test } from "vitest";
import { outcomeMatrix } from "./outcome-matrix.ts";
import { defaultPortfolio, ratchetPortfolio } from "../policy/portfolio.ts";
import { replay } from "./replay.ts";
import { anyCurve, curveFrom } from "../testing/curves.ts";
import { canonicalJson } from "@stopwise/core";

const portfolio = [
  ...defaultPortfolio(),
  ...ratchetPortfolio().map((policy) => ({ ...policy, delivery: "last" as const })),
];

test("the matrix holds what streaming the policies gives", () => {
  fc.assert(
    fc.property(
      fc.array(anyCurve, { maxLength: 3 }),
      fc.subarray(portfolio, { maxLength: 12 }),
      (curves, policies) => {
        const matrix = outcomeMatrix(curves, policies);
        curves.forEach((curve, run) => {
          policies.forEach((policy, column) => {
            const at = run * policies.length + column;
            const { stopIndex, saving, emLoss } = replay(policy, curve);
            expect(matrix.stopIndex[at]).toBe(stopIndex ?? curve.nCheckpoints - 1);
            expect(matrix.saving[at]).toBeCloseTo(saving, 6);
            expect(matrix.emLoss[at]).toBeCloseTo(emLoss, 5);
          });
        });
      },
    ),
    { numRuns: 150 },
  );
});

test("a higher threshold never stops earlier and, with best delivery, never loses more", () => {
  const thresholds = [1, 2, 3, 5, 8];
  const policies = thresholds.map((threshold) => ({ version: 1, criterion: "staleness", threshold }));
  fc.assert(
    fc.property(anyCurve, (curve) => {
      const { stopIndex, emLoss } = outcomeMatrix([curve], policies);
      for (let j = 1; j < thresholds.length; j++) {
        expect(stopIndex[j]!).toBeGreaterThanOrEqual(stopIndex[j - 1]!);
        expect(emLoss[j]!).toBeLessThanOrEqual(emLoss[j - 1]!);
      }
    }),
  );
});

test("no curves, no policies and an empty curve are nothing out of the ordinary", () => {
  expect(outcomeMatrix([], portfolio).stopIndex).toHaveLength(0);
  expect(outcomeMatrix([curveFrom([0.5])], []).stopIndex).toHaveLength(0);
  expect([...outcomeMatrix([curveFrom([])], portfolio.slice(0, 2)).stopIndex]).toEqual([-1, -1]);
});

test("the portfolio has at least 500 policies and no two alike", () => {
  const policies = defaultPortfolio();
  expect(policies.length).toBeGreaterThanOrEqual(500);
  expect(new Set(policies.map(canonicalJson)).size).toBe(policies.length);
});
