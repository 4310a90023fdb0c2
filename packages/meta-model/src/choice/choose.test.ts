import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choose, chooseAlong, type ChoiceRule } from "./choose.ts";
import { predictionOf, riskOf, tailLevels, targetsOf } from "./prediction.ts";

/** The definition, candidate by candidate. */
function plain(saving: number[], risk: number[], rule: ChoiceRule): number {
  if (!(rule.level > 0)) return 0;
  let best = 0;
  const score = (k: number): number =>
    k === 0 ? 0 : rule.kind === "price" ? saving[k]! - risk[k]! / rule.level : saving[k]!;
  for (let k = 1; k < saving.length; k++) {
    if (rule.kind === "constraint" && risk[k]! > rule.level) continue;
    const wins = score(k) > score(best) || (best > 0 && score(k) === score(best) && risk[k]! < risk[best]!);
    if (wins) best = k;
  }
  return best;
}

describe("choose", () => {
  test.each([
    ["constraint", 0.01, 1],
    ["constraint", 0.05, 2],
    ["constraint", 0, 0],
    ["price", 0.001, 0],
    ["price", 0.03, 1],
    ["price", 1, 3],
  ] as const)("%s at %f", (kind, level, expected) => {
    expect(choose([0, 0.3, 0.5, 0.7], [0, 0.005, 0.02, 0.2], { kind, level })).toBe(expected);
  });

  test("no saving, no stopping; an unknown prediction is never chosen", () => {
    expect(choose([0, 0, 0], [0, 0, 0], { kind: "constraint", level: 1 })).toBe(0);
    expect(choose([0, Number.NaN, 0.5], [0, 0, Number.NaN], { kind: "constraint", level: 1 })).toBe(0);
    expect(choose([0, Number.NaN, 0.5], [0, 0, Number.NaN], { kind: "price", level: 1 })).toBe(0);
  });

  test("the fast walk over levels is the definition", () => {
    const grid = fc.integer({ min: 0, max: 6 }).map((value) => value / 6);
    const candidates = fc.array(fc.tuple(grid, grid), { minLength: 1, maxLength: 12 });
    const levels = fc.array(grid, { minLength: 1, maxLength: 6 }).map((values) => [...values].sort());
    fc.assert(
      fc.property(candidates, levels, fc.constantFrom("constraint", "price"), (pairs, at, kind) => {
        const saving = pairs.map(([value]) => value);
        const risk = pairs.map(([, value]) => value);
        expect([...chooseAlong(saving, risk, { kind, levels: at })]).toEqual(
          at.map((level) => plain(saving, risk, { kind, level })),
        );
      }),
    );
  });
});

describe("predictions", () => {
  const table = {
    nRuns: 1,
    nSettings: 3,
    saving: Float32Array.of(0, 0.5, 0.8),
    emLoss: Float32Array.of(0, 0.005, 0.4),
  };
  const prediction = predictionOf(Float64Array.from(targetsOf(table, [0, 2])), 2);

  test("targets are saving, clipped loss and tail indicators", () => {
    expect([...prediction.saving]).toEqual([0, expect.closeTo(0.8, 6)]);
    expect([...prediction.emLoss]).toEqual([0, expect.closeTo(0.2, 6)]);
    expect(prediction.tails.map((tail) => [...tail])).toEqual(tailLevels.map(() => [0, 1]));
  });

  test("a tail between two levels is between their probabilities", () => {
    const [a, b] = [tailLevels[0]!, tailLevels[1]!];
    const tails = tailLevels.map((_, level) => Float64Array.of(0.5 - 0.1 * level));
    const between = { ...prediction, tails };
    const at = (maxEmLoss: number): number => riskOf(between, { kind: "tail", maxEmLoss })[0]!;
    expect(at(a)).toBeCloseTo(0.5, 12);
    expect(at(Math.sqrt(a * b))).toBeCloseTo(0.45, 12);
    expect(at(b)).toBeCloseTo(0.4, 12);
    expect(at(a / 10)).toBeCloseTo(0.5, 12);
    expect(at(0.9)).toBeCloseTo(0.5 - 0.1 * (tailLevels.length - 1), 12);
  });
});
