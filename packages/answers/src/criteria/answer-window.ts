import * as z from "zod/mini";
import type { AnswerCriterion } from "../answer-criterion.ts";

/**
 * How many of the latest answers agree with one another, counted back from the last; 0 where the last could not be read.
 * The first passage over k is the first window of k equal answers.
 */
export const answerWindow: AnswerCriterion<Record<string, never>> = {
  name: "answer-window",
  source: "sliding variant of Li et al. 2024",
  schema: z.strictObject({}),
  nested: { name: "window", unit: "answers", safer: "higher", integer: true },
  examples: [{}],
  thresholds: [1, 2, 3, 4, 5, 6, 8, 10],
  statistic: ({ answers }) => {
    const last = answers.at(-1) ?? null;
    if (last === null) return 0;
    let length = 1;
    while (length < answers.length && answers[answers.length - 1 - length] === last) length++;
    return length;
  },
  describe: (threshold) => `the last ${threshold} answers agree`,
};
