import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({ warmupEvals: z._default(z.int().check(z.nonnegative()), 1) });

/**
 * Together AI's early stopping as its documentation tells it: evaluations of the warm-up move the best and are not
 * counted; then v better than best by more than minDelta sets the counter to 0, anything else adds 1, and the run stops
 * iff the counter has reached the patience. Assumed, since it is not documented: >=, a dead band, and that a NaN counts.
 */
export const together: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "together",
  source: "docs.together.ai, early stopping; the comparison and the margin rule are assumed",
  aliases: ["together-ai", "togetherai"],
  options: optionsSchema,
  uncountedOption: "warmupEvals",
  start: ({ mode, patience, minDelta, options }) => {
    const sign = signOf(mode);
    let best = Number.NEGATIVE_INFINITY;
    let counter = 0;
    let evaluation = 0;
    return (value) => {
      evaluation++;
      const v = sign * value;
      const isGood = v - minDelta > best;
      if (isGood) best = v;
      if (isGood || evaluation <= options.warmupEvals) {
        counter = 0;
        return null;
      }
      counter++;
      return counter >= patience ? patienceReason("early stopping", counter, patience) : null;
    };
  },
};
