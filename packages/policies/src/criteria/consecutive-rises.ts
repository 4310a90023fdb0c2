import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({ strip: z._default(z.int().check(z.positive()), 1) });

interface Memory {
  /** Value at the end of the last whole strip. */
  previous: number | null;
  seen: number;
  rises: number;
}

/**
 * Prechelt's UP: how many strips in a row ended worse than the strip before them. Only strictly worse counts, and one
 * strip that is not starts the count anew, so it is no patience: a slow decline far from the best stops the run, a long
 * plateau never does. A strip is `strip` checkpoints; between strip ends the statistic stays.
 *
 * @see Prechelt (1998), "Early stopping - but when?", the class UP_s.
 */
export const consecutiveRises: CriterionDefinition<z.infer<typeof schema>> = {
  name: "consecutive-rises",
  source: "Prechelt 1998, UP",
  schema,
  nested: { name: "s", unit: "strips", safer: "higher", integer: true },
  compare: ">=",
  monitor: "evalLoss",
  examples: [{}, { strip: 3 }],
  thresholds: [1, 2, 3, 4, 5, 6, 8, 10],
  create: (setup, _context, state) =>
    valueCriterion<Memory>(
      setup,
      {
        memory: { previous: null, seen: 0, rises: 0 },
        next: (memory, value) => {
          memory.seen += 1;
          if (memory.seen % setup.params.strip === 0) {
            memory.rises = memory.previous !== null && value < memory.previous ? memory.rises + 1 : 0;
            memory.previous = value;
          }
          return memory.rises;
        },
      },
      state,
    ),
  describe: (policy, { strip }) =>
    `${monitorInWords(policy)} has become worse ${shortNumber(policy.threshold ?? Infinity)} times in a row` +
    (strip === 1 ? "" : `, looking at every ${strip}. checkpoint`),
};
