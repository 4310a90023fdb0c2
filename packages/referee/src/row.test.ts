import { expect, test } from "vitest";
import { verdictOf } from "./row.ts";

const draws = (low: number, high: number): Float64Array =>
  Float64Array.from({ length: 101 }, (_, k) => low + ((high - low) * k) / 100);

test.each([
  ["all below the bound", draws(0, 0.009), "held"],
  ["at the bound", new Float64Array(100).fill(0.01), "held"],
  ["on both sides of it", draws(0.005, 0.02), "open"],
  ["all above it", draws(0.011, 0.02), "broken"],
  ["a twentieth above it", draws(0.002, 0.0104), "held"],
])("%s", (_, risks, verdict) => expect(verdictOf(risks, 0.01)).toBe(verdict));
