import * as z from "zod/mini";
import type { AnswerCriterion } from "../answer-criterion.ts";

/**
 * The lead of the most frequent answer over the runner-up, in votes. Infinity once the lead exceeds the samples that are
 * left: no vote can change the majority then, so the threshold "never" apart, that stop loses nothing.
 */
export const voteMajority: AnswerCriterion<Record<string, never>> = {
  name: "vote-majority",
  source: "first to lead by k votes; Wald 1947 for two answers",
  schema: z.strictObject({}),
  nested: { name: "lead", unit: "votes", safer: "higher", integer: true },
  examples: [{}],
  thresholds: [1, 2, 3, 4, 5, 6, 8, 10],
  statistic: ({ first, second, nSamples }, _params, planned) => {
    const lead = first - second;
    return lead > planned - nSamples ? Number.POSITIVE_INFINITY : lead;
  },
  describe: (threshold) => `one answer leads by ${threshold} vote${threshold === 1 ? "" : "s"}`,
};
