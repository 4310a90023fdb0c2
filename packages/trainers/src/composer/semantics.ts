import * as z from "zod/mini";
import { rounding, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

/**
 * Composer `EarlyStopper` with a patience in epochs, one evaluation each: v strictly better than best by more than
 * |minDelta|, or no best yet, moves best and its time; the run stops iff the time since best is greater than the
 * patience, one later than elsewhere. A dead band; a NaN first stays best. A real run holds float32 tensors.
 */
export const composer: TrainerSemantics<Record<string, never>> = {
  name: "composer",
  source: "mosaicml/composer 6405188, EarlyStopper",
  aliases: ["mosaicml", "llm-foundry"],
  options: z.strictObject({}),
  start: ({ mode, patience, minDelta, precision }) => {
    const sign = signOf(mode);
    const round = rounding(precision);
    const margin = round(Math.abs(minDelta));
    let best: number | undefined;
    let bestAt = 0;
    let epoch = -1;
    return (value) => {
      epoch++;
      const v = sign * round(value);
      if (best === undefined || (v > best && round(v - best) > margin)) {
        best = v;
        bestAt = epoch;
      }
      const since = epoch - bestAt;
      return since > patience ? `EarlyStopper: ${since} epochs since the best, patience ${patience}.` : null;
    };
  },
};
