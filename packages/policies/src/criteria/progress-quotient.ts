import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { meanOf } from "../statistic/smoothing.ts";
import { push, valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";
import { errorOf, generalisationLossOf } from "./generalisation-loss.ts";

const schema = z.strictObject({ strip: z._default(z.int().check(z.minimum(2)), 5) });

interface Memory {
  lowest: number | null;
  readonly trainLosses: number[];
}

/**
 * Prechelt's progress quotient PQ(t) = GL(t) / P_k(t): the generalisation loss in percent over the training progress in
 * per mille, P_k(t) = 1000 (mean of the last k train losses / their lowest - 1). Overfitting counts the more the less
 * training still moves. Here the strip of k = `strip` checkpoints slides with every checkpoint that has a train loss;
 * NaN until k of them were seen, and on runs that log none. Without progress the statistic is 0 where GL is 0, else
 * Infinity. Prechelt stops where PQ > alpha.
 *
 * @see Prechelt (1998), "Early stopping - but when?", P_k and the class PQ_alpha.
 */
export const progressQuotient: CriterionDefinition<z.infer<typeof schema>> = {
  name: "progress-quotient",
  source: "Prechelt 1998, PQ",
  schema,
  nested: { name: "alpha", unit: "percent per per mille", safer: "higher", integer: false },
  compare: ">",
  monitor: "evalLoss",
  examples: [{}, { strip: 3 }],
  thresholds: [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 3],
  create: (setup, _context, state) =>
    valueCriterion<Memory>(
      setup,
      {
        memory: { lowest: null, trainLosses: [] },
        next: (memory, value, { trainLoss }) => {
          const { strip } = setup.params;
          const error = errorOf(value, setup.direction);
          memory.lowest = Math.min(memory.lowest ?? error, error);
          if (!Number.isNaN(trainLoss)) push(memory.trainLosses, trainLoss, strip);
          if (memory.trainLosses.length < strip) return Number.NaN;
          const loss = generalisationLossOf(error, memory.lowest);
          const least = Math.min(...memory.trainLosses);
          const progress = least > 0 ? 1000 * (meanOf(memory.trainLosses) / least - 1) : 0;
          return loss === 0 ? 0 : loss / Math.max(progress, 0);
        },
      },
      state,
    ),
  describe: (policy, { strip }) =>
    `the generalisation loss of ${monitorInWords(policy)} in percent is more than ` +
    `${shortNumber(policy.threshold ?? Infinity)} times the training progress of ${strip} checkpoints in per mille`,
};
