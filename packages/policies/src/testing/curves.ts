import { curveOf, type Curve, type RunRecord } from "@stopwise/core";
import * as fc from "fast-check";

/** A run record around some points, for tests. */
export function runOf(points: RunRecord["points"], fields: Partial<RunRecord> = {}): RunRecord {
  return { id: "test", metric: "exact_match", kind: "quality", hyper: {}, points, ...fields };
}

/** A curve of the given qualities at steps 100, 200, ..., for tests. */
export function curveFrom(quality: readonly (number | null)[], fields: Partial<RunRecord> = {}): Curve {
  const points = quality.map((value, i) => ({ step: 100 * (i + 1), tokens: 1000 * (i + 1), quality: value }));
  return curveOf(runOf(points, fields));
}

const maybe = (values: fc.Arbitrary<number>): fc.Arbitrary<number | null> =>
  fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(null) });

const point = fc.record({
  gap: fc.integer({ min: 1, max: 400 }),
  quality: maybe(fc.integer({ min: 0, max: 40 }).map((k) => k / 40)),
  evalLoss: maybe(fc.integer({ min: 1, max: 300 }).map((k) => k / 100)),
  trainLoss: maybe(fc.integer({ min: 1, max: 300 }).map((k) => k / 100)),
  gradNorm: maybe(fc.double({ min: 0.01, max: 5, noNaN: true })),
  lr: maybe(fc.double({ min: 0, max: 1e-3, noNaN: true })),
});

/** Random curves: with and without tokens, plan, step 0, missing values; quality and loss-only. */
export const anyCurve: fc.Arbitrary<Curve> = fc
  .record({
    points: fc.array(point, { minLength: 0, maxLength: 24 }),
    startsAtZero: fc.boolean(),
    hasTokens: fc.boolean(),
    kind: fc.constantFrom("quality" as const, "loss" as const),
    plannedSteps: fc.option(fc.integer({ min: 100, max: 9000 })),
    evalSize: fc.option(fc.integer({ min: 20, max: 2000 })),
  })
  .map(({ points, startsAtZero, hasTokens, kind, plannedSteps, evalSize }) => {
    let step = startsAtZero ? 0 : 50;
    const records = points.map(({ gap, ...values }, i) => {
      if (i > 0) step += gap;
      const { quality, evalLoss, ...rest } = values;
      const selection = kind === "quality" ? { quality, evalLoss } : { value: evalLoss };
      return { step, tokens: hasTokens ? 32 * step : null, ...selection, ...rest };
    });
    const metric = kind === "loss" ? "eval_loss" : "exact_match";
    return curveOf(runOf(records, { kind, metric, plannedSteps, evalSize }));
  });
