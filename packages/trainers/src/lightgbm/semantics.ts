import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

/**
 * LightGBM `early_stopping`, one metric on one validation set: the first value is taken whatever it is; then v better
 * than best + minDelta moves best and its iteration; else the run stops iff the iterations since reach the rounds.
 * Rounds <= 0 disable it; a NaN first sticks.
 */
export const lightgbm: TrainerSemantics<Record<string, never>> = {
  name: "lightgbm",
  source: "lightgbm 4.7.0, early_stopping",
  aliases: [],
  options: z.strictObject({}),
  start: ({ mode, patience, minDelta }) => {
    const sign = signOf(mode);
    let best: number | undefined;
    let bestAt = 0;
    let iteration = -1;
    return (value) => {
      iteration++;
      const v = sign * value;
      if (best === undefined || v > best + minDelta) {
        best = v;
        bestAt = iteration;
        return null;
      }
      const since = iteration - bestAt;
      return patience > 0 && since >= patience ? patienceReason("early_stopping", since, patience) : null;
    };
  },
};
