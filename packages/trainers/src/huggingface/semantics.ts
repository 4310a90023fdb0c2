import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({
  skipFirst: z._default(z.int().check(z.nonnegative()), 0),
  saveEvery: z.optional(z.int().check(z.positive())),
});

/**
 * Hugging Face `EarlyStoppingCallback`, which TRL, Unsloth, Axolotl and LLaMA-Factory use too.
 *
 * Good iff v is strictly better than best and |v - best| > threshold; good sets the counter to 0, anything else adds 1,
 * and the run stops iff counter >= patience, on every evaluation. Afterwards the Trainer moves best on every strict gain
 * (a ratchet). The first evaluation counts nothing; a NaN then sets best to the worst possible value.
 *
 * Options: `skipFirst`, the evaluations that `eval_delay` leaves out; `saveEvery` = k, for Trainers before
 * huggingface/transformers#31817, where best moves only when a checkpoint is saved, at every k-th evaluation, and the
 * counter rests until the first save.
 */
export const huggingface: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "huggingface",
  source: "transformers 5.18.0, EarlyStoppingCallback in the Trainer's order",
  aliases: ["hf", "trl", "unsloth", "axolotl", "llama-factory"],
  options: optionsSchema,
  skipOption: "skipFirst",
  start: ({ mode, patience, minDelta, options }) => {
    const sign = signOf(mode);
    const older = options.saveEvery !== undefined;
    const every = options.saveEvery ?? 1;
    let best: number | undefined;
    let counter = 0;
    let evaluation = 0;
    return (value) => {
      evaluation++;
      if (evaluation <= options.skipFirst) return null;
      const v = sign * value;
      const better = best === undefined || v > best;
      if (best !== undefined) counter = better && Math.abs(v - best) > minDelta ? 0 : counter + 1;
      const saved = evaluation % every === 0;
      if (saved && better) best = Number.isNaN(v) && !older ? Number.NEGATIVE_INFINITY : v;
      return counter >= patience ? patienceReason("EarlyStoppingCallback", counter, patience) : null;
    };
  },
};
