import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { field, type Json } from "@stopwise/core";
import { monitored } from "../stopper/observation.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

/**
 * How many checkpoints in a row lack a finite value of the monitored series (NaN, infinite or missing), since the first
 * one that had it: before that the statistic is NaN, so a series that is not logged never stops a run.
 */
export const nonFinite: CriterionDefinition<Record<string, never>> = {
  name: "non-finite",
  source: "check_finite of Lightning, TerminateOnNaN of Keras",
  schema: z.strictObject({}),
  nested: { name: "patience", unit: "evaluations", safer: "higher", integer: true },
  compare: ">=",
  examples: [{}],
  thresholds: [1, 2, 3],
  create: ({ monitor }, _context, state?: Json) => {
    const saved = field(state, "inARow");
    let inARow = typeof saved === "number" ? saved : null;
    return {
      observe: (observation) => {
        if (!Number.isNaN(monitored(observation, monitor))) inARow = 0;
        else if (inARow !== null) inARow += 1;
        return inARow ?? Number.NaN;
      },
      state: () => ({ inARow }),
    };
  },
  describe: (policy) =>
    `${monitorInWords(policy)} has not been finite for ${shortNumber(policy.threshold ?? Infinity)} evaluations`,
};
