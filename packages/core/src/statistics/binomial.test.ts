import { describe, expect, test } from "vitest";
import { binomialCdf, binomialLowerBound, binomialUpperBound, binomialUpperTail } from "./binomial.ts";

// Made by binomial.golden.py (exact rationals).
const golden: [number, number, number, number][] = [
  [0, 10, 0.1, 0.3486784401],
  [3, 20, 0.1, 0.8670466765656649],
  [40, 400, 0.1, 0.5419764223334728],
  [55, 400, 0.1, 0.9933625649947143],
  [900, 1000, 0.9, 0.5154177095659203],
];

describe("binomial", () => {
  test.each(golden)("P(X <= %i | n = %i, p = %f)", (k, n, p, expected) => {
    expect(binomialCdf(k, n, p)).toBeCloseTo(expected, 9);
    expect(binomialUpperTail(k + 1, n, p)).toBeCloseTo(1 - expected, 9);
  });

  test("ends of the range", () => {
    expect(binomialCdf(-1, 5, 0.5)).toBe(0);
    expect(binomialCdf(5, 5, 0.5)).toBe(1);
    expect(binomialUpperTail(0, 5, 0.5)).toBe(1);
    expect(binomialUpperTail(6, 5, 0.5)).toBe(0);
  });

  test("Clopper-Pearson bounds invert the tails", () => {
    const low = binomialLowerBound(7, 50, 0.05);
    const high = binomialUpperBound(7, 50, 0.05);
    expect(binomialUpperTail(7, 50, low)).toBeCloseTo(0.05, 6);
    expect(binomialCdf(7, 50, high)).toBeCloseTo(0.05, 6);
    expect(low).toBeLessThan(7 / 50);
    expect(high).toBeGreaterThan(7 / 50);
    expect(binomialLowerBound(0, 50, 0.05)).toBe(0);
    expect(binomialUpperBound(50, 50, 0.05)).toBe(1);
  });
});
