import * as z from "zod/mini";
import type { AnswerCriterion } from "../answer-criterion.ts";

const schema = z.strictObject({ window: z._default(z.int().check(z.minimum(2)), 5) });

/**
 * Early-stopping self-consistency: samples are drawn in windows of fixed size, and sampling stops when all answers of a
 * window are the same. The statistic is the share of the window's most frequent answer, at the end of each window;
 * between window ends NaN. Published with the threshold 1.
 *
 * @see Li et al. (2024), "Escape Sky-high Cost: Early-stopping Self-Consistency", arXiv 2401.10480.
 */
export const earlyStoppingSelfConsistency: AnswerCriterion<z.infer<typeof schema>> = {
  name: "early-stopping-self-consistency",
  source: "Li et al. 2024",
  schema,
  nested: { name: "agreement", unit: "share of the window", safer: "higher", integer: false },
  examples: [{}, { window: 3 }, { window: 4 }, { window: 8 }],
  thresholds: [0.6, 0.8, 1],
  statistic: ({ answers, nSamples }, { window }) => {
    if (nSamples % window !== 0) return Number.NaN;
    const counts = new Map<string, number>();
    for (const answer of answers.slice(-window)) {
      if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
    return Math.max(0, ...counts.values()) / window;
  },
  describe: (threshold, { window }) =>
    `${threshold === 1 ? "all" : `a share of ${threshold}`} of the ${window} answers of a window are the same`,
};
