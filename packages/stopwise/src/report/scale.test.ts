import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pixelOf, roundTicks, valueAt } from "./scale.ts";

test("a square-root axis gives a quarter of the domain half of the pixels", () => {
  expect(pixelOf({ type: "sqrt", domain: [0, 4], range: [10, 110] }, 1)).toBe(60);
  expect(pixelOf({ type: "linear", domain: [0, 4], range: [110, 10] }, 1)).toBe(85);
});

test("valueAt is the inverse of pixelOf", () => {
  const types = fc.constantFrom("linear" as const, "sqrt" as const, "log" as const);
  const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  fc.assert(
    fc.property(types, between(0.01, 1), between(0, 1), (type, from, share) => {
      const scale = { type, domain: [from, from + 3], range: [300, 20] } as const;
      const value = from + 3 * share;
      expect(valueAt(scale, pixelOf(scale, value))).toBeCloseTo(value, 9);
    }),
  );
});

describe("roundTicks", () => {
  test.each([
    [0.2, 0.9, 3, [0.2, 0.4, 0.6, 0.8]],
    [0, 100, 5, [0, 20, 40, 60, 80, 100]],
    [-0.1, 1.02, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ])("%d to %d", (low, high, count, ticks) => expect(roundTicks(low, high, count)).toEqual(ticks));

  test("stay inside and are never too many", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
        (low, span) => {
          const ticks = roundTicks(low, low + span, 4);
          expect(ticks.length).toBeLessThanOrEqual(7);
          for (const tick of ticks) {
            expect(tick).toBeGreaterThanOrEqual(low - span * 1e-6);
            expect(tick).toBeLessThanOrEqual(low + span * (1 + 1e-6));
          }
        },
      ),
    );
  });

  test("an empty interval has one", () => expect(roundTicks(2, 2, 4)).toEqual([2]));
});
