import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

/**
 * The error that Prechelt's criteria speak of, from a value in "more is better" orientation: a loss is its own error,
 * a quality's error is 1 - quality.
 */
export function errorOf(value: number, direction: "max" | "min"): number {
  return direction === "max" ? 1 - value : -value;
}

/** GL in percent: 100 (error / lowest - 1); 0 where both are 0, Infinity where only the lowest is. */
export function generalisationLossOf(error: number, lowest: number): number {
  if (error === lowest) return 0;
  return lowest > 0 ? 100 * (error / lowest - 1) : Number.POSITIVE_INFINITY;
}

/**
 * Prechelt's generalisation loss GL(t) = 100 (E(t) / min over t' <= t of E(t') - 1), in percent: how far the error has
 * come up from its lowest. E is the eval loss, or 1 - quality for a monitor where more is better. The first value gives
 * 0; a lowest error of 0 gives Infinity as soon as it is left. Prechelt stops where GL > alpha.
 *
 * @see Prechelt (1998), "Early stopping - but when?", equation for GL and the class GL_alpha.
 */
export const generalisationLoss: CriterionDefinition<Record<string, never>> = {
  name: "generalisation-loss",
  source: "Prechelt 1998, GL",
  schema: z.strictObject({}),
  nested: { name: "alpha", unit: "percent", safer: "higher", integer: false },
  compare: ">",
  monitor: "evalLoss",
  examples: [{}],
  thresholds: [0.5, 1, 2, 3, 5, 10, 20, 40],
  create: (setup, _context, state) =>
    valueCriterion<{ lowest: number | null }>(
      setup,
      {
        memory: { lowest: null },
        next: (memory, value) => {
          const error = errorOf(value, setup.direction);
          memory.lowest = Math.min(memory.lowest ?? error, error);
          return generalisationLossOf(error, memory.lowest);
        },
      },
      state,
    ),
  describe: (policy) =>
    `the error of ${monitorInWords(policy)} is more than ${shortNumber(policy.threshold ?? Infinity)} % over its lowest`,
};
