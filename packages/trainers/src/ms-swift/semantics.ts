import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({
  saveEvery: z._default(z.int().check(z.positive()), 1),
  cumulative: z._default(z.boolean(), false),
});

/**
 * ms-swift `EarlyStopCallback` on saving: where the Trainer's best metric is strictly better than the best that the
 * callback has kept, it is kept and the counter is 0; else the counter rises by 1. The run stops iff counter >= interval.
 * The Trainer moves its best on every strict gain, at every evaluation, before the save; a NaN first makes it the worst
 * possible value.
 *
 * Options: `saveEvery` = k, a checkpoint at every k-th evaluation, which is what the interval counts; `cumulative`, for
 * older ones, where a gain does not set the counter back.
 */
export const msSwift: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "ms-swift",
  source: "ms-swift 4.6.0, EarlyStopCallback in the Trainer's order",
  aliases: ["swift"],
  options: optionsSchema,
  start: ({ mode, patience, options }) => {
    const sign = signOf(mode);
    let trainerBest: number | undefined;
    let best: number | undefined;
    let interval = 0;
    let evaluation = 0;
    return (value) => {
      evaluation++;
      const v = sign * value;
      if (trainerBest === undefined || v > trainerBest) trainerBest = Number.isNaN(v) ? -Infinity : v;
      if (evaluation % options.saveEvery !== 0) return null;
      if (best === undefined || trainerBest > best) {
        best = trainerBest;
        if (!options.cumulative) interval = 0;
      } else interval++;
      return interval >= patience ? patienceReason("EarlyStopCallback", interval, patience) : null;
    };
  },
};
