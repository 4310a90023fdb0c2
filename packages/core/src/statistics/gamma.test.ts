import { expect, test } from "vitest";
import { logGamma } from "./gamma.ts";

// scipy 1.16: scipy.special.gammaln.
test.each([
  [0.1, 2.252712651734206],
  [0.5, 0.5723649429247001],
  [1, 0],
  [4.5, 2.453736570842442],
  [100, 359.1342053695754],
  [1e6, 12815504.56914761],
])("ln Gamma(%d)", (x, value) => {
  expect(Math.abs(logGamma(x) - value)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(value)));
});
