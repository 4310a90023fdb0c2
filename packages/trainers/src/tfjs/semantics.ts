import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({ baseline: z.optional(z.number()) });

/**
 * TensorFlow.js `tf.callbacks.earlyStopping`: v - minDelta better than best moves best and sets the counter to 0; else
 * it rises by 1 and the run stops iff it has reached the patience. A dead band; best starts at the worst possible value
 * or at `baseline` (another meaning than in Keras).
 */
export const tfjs: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "tfjs",
  source: "@tensorflow/tfjs-layers 4.22.0, callbacks.earlyStopping",
  aliases: ["tensorflow.js"],
  options: optionsSchema,
  baselineRole: "reference",
  start: ({ mode, patience, minDelta, options }) => {
    const sign = signOf(mode);
    const margin = Math.abs(minDelta);
    let best = options.baseline === undefined ? Number.NEGATIVE_INFINITY : sign * options.baseline;
    let wait = 0;
    return (value) => {
      const v = sign * value;
      if (v - margin > best) {
        best = v;
        wait = 0;
        return null;
      }
      wait++;
      return wait >= patience ? patienceReason("earlyStopping", wait, patience) : null;
    };
  },
};
