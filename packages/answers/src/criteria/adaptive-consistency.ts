import * as z from "zod/mini";
import type { AnswerCriterion } from "../answer-criterion.ts";

/** P(Beta(a, b) > 1/2) for whole a and b: the chance that of a + b - 1 fair coins at most a - 1 show heads. */
function betaAboveHalf(a: number, b: number): number {
  const n = a + b - 1;
  let term = 0.5 ** n;
  let sum = 0;
  for (let k = 0; k < a; k++) {
    sum += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, sum);
}

/**
 * Adaptive-Consistency: the probability under a uniform prior that the leading answer is more likely than the runner-up,
 * P(Beta(first + 1, second + 1) > 1/2). Published with the threshold 0.95.
 *
 * @see Aggarwal, Madaan, Yang and Mausam (2023), "Let's Sample Step by Step", arXiv 2305.11860, the Beta criterion.
 */
export const adaptiveConsistency: AnswerCriterion<Record<string, never>> = {
  name: "adaptive-consistency",
  source: "Aggarwal et al. 2023, Beta criterion",
  schema: z.strictObject({}),
  nested: { name: "confidence", unit: "probability", safer: "higher", integer: false },
  examples: [{}],
  thresholds: [0.75, 0.85, 0.9, 0.95, 0.97, 0.99, 0.999],
  statistic: ({ first, second }) => (first === 0 ? Number.NaN : betaAboveHalf(first + 1, second + 1)),
  describe: (threshold) =>
    `the leading answer is the likelier one of the first two with probability ${threshold} or more`,
};
