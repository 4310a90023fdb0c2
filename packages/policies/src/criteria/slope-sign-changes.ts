import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { emptySmoother, smooth, smoothingSchema, type SmootherMemory } from "../statistic/smoothing.ts";
import { push, valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({
  window: z._default(z.int().check(z.minimum(2)), 10),
  smoothing: z._default(smoothingSchema, { kind: "none", window: 5 }),
});

interface Memory {
  last: number | null;
  readonly signs: number[];
  readonly smoother: SmootherMemory;
}

function changes(signs: readonly number[]): number {
  const moves = signs.filter((sign) => sign !== 0);
  return moves.slice(1).filter((sign, i) => sign !== moves[i]!).length;
}

/**
 * How often the monitored value has changed between rising and falling among its last `window` differences: a curve that
 * still learns keeps its direction, one that has arrived only trembles. Equal neighbours are no change. The statistic is
 * 0 until something moves, and so a constant curve never stops. Smoothing makes it deaf to small trembling.
 */
export const slopeSignChanges: CriterionDefinition<z.infer<typeof schema>> = {
  name: "slope-sign-changes",
  source: "runs of up and down; Wald and Wolfowitz 1940 for the idea",
  schema,
  nested: { name: "changes", unit: "sign changes in the window", safer: "higher", integer: true },
  compare: ">=",
  examples: [{}, { window: 6 }, { window: 20, smoothing: { kind: "exponential", window: 3 } }],
  thresholds: [1, 2, 3, 4, 5, 6, 8, 10, 12],
  create: (setup, _context, state) =>
    valueCriterion<Memory>(
      setup,
      {
        memory: { last: null, signs: [], smoother: emptySmoother() },
        next: (memory, value) => {
          const { window, smoothing } = setup.params;
          const smoothed = smooth(memory.smoother, value, smoothing);
          if (memory.last !== null) push(memory.signs, Math.sign(smoothed - memory.last), window);
          memory.last = smoothed;
          return changes(memory.signs);
        },
      },
      state,
    ),
  describe: (policy, { window }) =>
    `${monitorInWords(policy)} has turned ${shortNumber(policy.threshold ?? Infinity)} times or more ` +
    `in the last ${window} checkpoints`,
};
