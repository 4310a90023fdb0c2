import { curveOf, runRecordSchema } from "@stopwise/core";
import { replay } from "@stopwise/policies";
import fc from "fast-check";
import { expect, test } from "vitest";
import { experienceGrid } from "../experience/portfolio.ts";
import { canSave, earliestStop, stopTiming } from "./earliest-stop.ts";

const grid = experienceGrid();
const settings = Array.from({ length: grid.nSettings }, (_, setting) => setting);

function curve(qualities: readonly number[]): ReturnType<typeof curveOf> {
  const points = qualities.map((quality, k) => ({ step: k + 1, quality, evalLoss: 1 - quality / 2 }));
  return curveOf(
    runRecordSchema.parse({
      id: "r",
      metric: "em",
      plannedSteps: qualities.length,
      end: "completed",
      points,
    }),
  );
}

test("no setting of the portfolio stops before its earliest stop", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { minLength: 3, maxLength: 12 }),
      fc.constantFrom(...settings.slice(1)),
      (qualities, setting) => {
        const policy = grid.policyOf(setting);
        const { stopIndex } = replay(policy, curve(qualities));
        return stopIndex === null || stopIndex + 1 >= earliestStop(stopTiming(policy), qualities.length);
      },
    ),
    { numRuns: 3000, seed: 5 },
  );
});

test("on a falling curve patience in evaluations stops at its earliest stop, and what cannot save does not", () => {
  const patience = settings.filter((setting) => {
    const { criterion, params, monitor, warmup } = grid.policyOf(setting);
    return criterion === "staleness" && params["unit"] === "evals" && monitor === "quality" && !warmup;
  });
  expect(patience.length).toBeGreaterThan(20);
  for (const setting of patience) {
    const policy = grid.policyOf(setting);
    const falling = curve([0.9, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05]);
    const { stopIndex, saving } = replay(policy, falling);
    expect(saving > 0).toBe(canSave(stopTiming(policy), 7));
    if (saving > 0) expect(stopIndex! + 1).toBe(earliestStop(stopTiming(policy), 7));
  }
});

test("five evaluations leave patience of four nothing to save", () => {
  const four = settings
    .map((setting) => grid.policyOf(setting))
    .find(
      ({ criterion, threshold, warmup, params }) =>
        criterion === "staleness" && params["unit"] === "evals" && threshold === 4 && !warmup,
    )!;
  expect(earliestStop(stopTiming(four), 5)).toBe(5);
  expect(canSave(stopTiming(four), 5)).toBe(false);
  expect(canSave(stopTiming(four), 6)).toBe(true);
  expect(canSave(stopTiming(four), null)).toBe(true);
});
