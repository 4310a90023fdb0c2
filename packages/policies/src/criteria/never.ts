import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";

/** Lets every run go on to its end: the statistic is always NaN. The safest member of every portfolio. */
export const never: CriterionDefinition<Record<string, never>> = {
  name: "never",
  source: "the plan of the run",
  schema: z.strictObject({}),
  nested: { name: "threshold", unit: "none", safer: "higher", integer: false },
  compare: ">=",
  examples: [{}],
  thresholds: [0],
  create: () => ({ observe: () => Number.NaN, state: () => null }),
  describe: () => "the planned end is reached",
};
