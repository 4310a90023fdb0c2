import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { emptySmoother, smooth, smoothingSchema, type SmootherMemory } from "../statistic/smoothing.ts";
import { valueCriterion } from "../statistic/value-criterion.ts";
import { shortNumber } from "../policy/words.ts";

const schema = z.strictObject({ smoothing: z._default(smoothingSchema, { kind: "exponential", window: 5 }) });

interface Memory {
  peak: number;
  readonly smoother: SmootherMemory;
}

/**
 * How far the smoothed gradient norm has come down from its peak: 1 - norm / peak, in [0, 1). NaN on runs that do not
 * log the norm; 0 while it has never been above 0. Clipping hides the norm where logs hold it after clipping.
 */
export const gradientNormDecay: CriterionDefinition<z.infer<typeof schema>> = {
  name: "gradient-norm-decay",
  source: "gradient-based stopping; Mahsereci et al. 2017 (arXiv 1703.09580) for the idea",
  schema,
  nested: { name: "decay", unit: "share of the peak", safer: "higher", integer: false },
  compare: ">=",
  monitor: "gradNorm",
  examples: [{}, { smoothing: { kind: "median", window: 3 } }],
  thresholds: [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95],
  create: (setup, _context, state) =>
    valueCriterion<Memory>(
      { ...setup, monitor: "gradNorm", direction: "max" },
      {
        memory: { peak: 0, smoother: emptySmoother() },
        next: (memory, value) => {
          const norm = smooth(memory.smoother, value, setup.params.smoothing);
          memory.peak = Math.max(memory.peak, norm);
          return memory.peak > 0 ? 1 - norm / memory.peak : 0;
        },
      },
      state,
    ),
  describe: (policy) =>
    `the gradient norm has come down by ${shortNumber(100 * (policy.threshold ?? Infinity))} % of its peak`,
  check: (policy) =>
    policy.monitor === "gradNorm"
      ? undefined
      : `monitor must be "gradNorm", got "${policy.monitor}". Leave it out.`,
};
