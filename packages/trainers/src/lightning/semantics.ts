import * as z from "zod/mini";
import { patienceReason, rounding, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({
  stoppingThreshold: z.optional(z.number()),
  divergenceThreshold: z.optional(z.number()),
  checkFinite: z._default(z.boolean(), true),
});

/**
 * Lightning `EarlyStopping`: in this order, a non-finite value stops (`checkFinite`), a value beyond
 * `stoppingThreshold` stops, one worse than `divergenceThreshold` stops; else v - minDelta better than best moves best
 * and sets the counter to 0, anything else adds 1, and the run stops iff counter >= patience then. A dead band; best
 * starts at the worst possible value. A real run holds float32 tensors.
 */
export const lightning: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "lightning",
  source: "pytorch-lightning 2.6.6, EarlyStopping",
  aliases: ["pytorch-lightning", "pl"],
  options: optionsSchema,
  start: ({ mode, patience, minDelta, options, precision }) => {
    const sign = signOf(mode);
    const round = rounding(precision);
    const margin = round(minDelta);
    const { checkFinite, stoppingThreshold, divergenceThreshold } = options;
    let best = Number.NEGATIVE_INFINITY;
    let counter = 0;
    return (value) => {
      const v = sign * round(value);
      if (checkFinite && !Number.isFinite(v)) return `EarlyStopping: the value ${value} is not finite.`;
      if (stoppingThreshold !== undefined && v > sign * round(stoppingThreshold)) {
        return `EarlyStopping: ${value} is beyond the stopping threshold ${stoppingThreshold}.`;
      }
      if (divergenceThreshold !== undefined && v < sign * round(divergenceThreshold)) {
        return `EarlyStopping: ${value} is worse than the divergence threshold ${divergenceThreshold}.`;
      }
      if (round(v - margin) > best) {
        best = v;
        counter = 0;
        return null;
      }
      counter++;
      return counter >= patience ? patienceReason("EarlyStopping", counter, patience) : null;
    };
  },
};
