import * as z from "zod/mini";
import { patienceReason, rounding, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({
  startFromEpoch: z._default(z.int().check(z.nonnegative()), 0),
  baseline: z.optional(z.number()),
});

/**
 * Keras 3 `EarlyStopping`: epochs before `startFromEpoch` are as if not there. Then the counter rises by 1; v - minDelta
 * better than best, or no best yet, moves best and sets the counter to 0 (with a `baseline` only where v - minDelta
 * beats that too), and never stops; else the run stops iff counter >= patience after the very first epoch. A dead band;
 * a NaN first becomes best for good. A real run compares in float32 what it subtracted in double.
 */
export const keras: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "keras",
  source: "keras 3.15.1, EarlyStopping",
  aliases: [],
  options: optionsSchema,
  skipOption: "startFromEpoch",
  baselineRole: "gate",
  start: ({ mode, patience, minDelta, options, precision }) => {
    const sign = signOf(mode);
    const round = rounding(precision);
    const margin = Math.abs(minDelta);
    const baseline = options.baseline === undefined ? undefined : sign * options.baseline;
    const beats = (v: number, reference: number): boolean => round(v - margin) > round(reference);
    let best: number | undefined;
    let wait = 0;
    let epoch = -1;
    return (value) => {
      epoch++;
      if (epoch < options.startFromEpoch) return null;
      const v = sign * value;
      wait++;
      if (best === undefined || beats(v, best)) {
        best = v;
        if (baseline === undefined || beats(v, baseline)) wait = 0;
        return null;
      }
      return wait >= patience && epoch > 0 ? patienceReason("EarlyStopping", wait, patience) : null;
    };
  },
};
