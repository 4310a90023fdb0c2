import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({ level: z.optional(z.number()) });

/**
 * How much worse the monitored value is than a fixed `level`, or than its best so far where none is given: positive is
 * worse. Stops where it is worse by more than the threshold, as Lightning's `divergence_threshold` does with 0.
 */
export const divergence: CriterionDefinition<z.infer<typeof schema>> = {
  name: "divergence",
  source: "divergence_threshold of Lightning",
  schema,
  nested: { name: "margin", unit: "of the monitored value", safer: "higher", integer: false },
  compare: ">",
  examples: [{}, { level: 0.3 }],
  thresholds: [0, 0.01, 0.02, 0.05, 0.1, 0.2],
  create: (setup, _context, state) => {
    const sign = setup.direction === "max" ? 1 : -1;
    const { level } = setup.params;
    return valueCriterion<{ best: number | null }>(
      setup,
      {
        memory: { best: level === undefined ? null : sign * level },
        next: (memory, value) => {
          if (level === undefined) memory.best = Math.max(memory.best ?? value, value);
          return (memory.best ?? value) - value;
        },
      },
      state,
    );
  },
  describe: (policy, { level }) =>
    `${monitorInWords(policy)} is worse than ${level ?? "its best"} by more than ${shortNumber(policy.threshold ?? Infinity)}`,
};
