import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hindsight, tailHindsight } from "./hindsight.ts";
import { outcomeTable } from "./outcome.ts";
import { anyCurve, curveFrom } from "../testing/curves.ts";

/** Every way to choose one admissible stop per run, tried out. */
function exhaustive(curves: readonly ReturnType<typeof curveFrom>[], maxMeanLoss: number): number {
  let best = Number.NEGATIVE_INFINITY;
  const tables = curves.map((curve) => outcomeTable(curve, "best"));
  const walk = (run: number, saving: number, emLoss: number): void => {
    if (run === curves.length) {
      if (emLoss / curves.length <= maxMeanLoss + 1e-12) best = Math.max(best, saving / curves.length);
      return;
    }
    const { nCheckpoints, firstStop } = curves[run]!;
    for (let i = Math.min(firstStop, nCheckpoints - 1); i < nCheckpoints; i++) {
      walk(run + 1, saving + tables[run]!.saving[i]!, emLoss + tables[run]!.emLoss[i]!);
    }
  };
  walk(0, 0, 0);
  return best;
}

const smallCurve = anyCurve.filter(
  (curve) => curve.nCheckpoints > 0 && curve.nCheckpoints < 9 && curve.kind === "quality",
);

test("no choice of stops saves more at the bound, and mixing adds less than one run", () => {
  fc.assert(
    fc.property(
      fc.array(smallCurve, { minLength: 1, maxLength: 4 }),
      fc.double({ min: 0, max: 0.3, noNaN: true }),
      (curves, bound) => {
        const { saving, emLoss } = hindsight(curves, { maxMeanLoss: bound });
        const tried = exhaustive(curves, bound);
        expect(saving).toBeGreaterThanOrEqual(tried - 1e-6);
        expect(saving - tried).toBeLessThan(1 / curves.length + 1e-6);
        expect(emLoss).toBeLessThanOrEqual(bound + 1e-7);
      },
    ),
    { numRuns: 60 },
  );
});

test("two runs by hand", () => {
  const curves = [curveFrom([0.5, 0.5, 0.5, 0.5]), curveFrom([0.1, 0.2, 0.3, 0.4])];
  const free = hindsight(curves, { maxMeanLoss: 0 });
  expect(free).toMatchObject({ saving: 0.375, emLoss: 0 });
  expect([...free.stopIndices]).toEqual([0, 3]);
  const half = hindsight(curves, { maxMeanLoss: 0.025 });
  expect(half.saving).toBeCloseTo(0.375 + 0.125 / 2, 6);
  expect(half.mixed).toMatchObject({ run: 1 });
});

test("the tail optimum spends alpha where it gains most", () => {
  const curves = [curveFrom([0.1, 0.2, 0.3, 0.4]), curveFrom([0.1, 0.4, 0.4, 0.4])];
  const none = tailHindsight(curves, { maxEmLoss: 0.1, alpha: 0 });
  expect([...none.stopIndices]).toEqual([2, 1]);
  const half = tailHindsight(curves, { maxEmLoss: 0.1, alpha: 0.5 });
  expect([...half.stopIndices]).toEqual([0, 1]);
  expect(half.saving).toBeCloseTo((0.75 + 0.5) / 2, 6);
});

test("weights must fit the runs", () => {
  expect(() => hindsight([curveFrom([1])], { maxMeanLoss: 0, weights: [1, 2] })).toThrow(
    "weights must have one entry per run (1), got 2. Give one weight per curve.",
  );
});
