import * as z from "zod/mini";
import { signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({
  gracePeriod: z._default(z.int().check(z.nonnegative()), 4),
  metricThreshold: z.optional(z.number()),
});

function populationDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/**
 * Ray Tune `TrialPlateauStopper`: the population standard deviation of the last `num_results` (here: patience) values
 * is < `std` (here: minDelta), from the `gracePeriod`-th result on. Direction plays no part, but with `metricThreshold`
 * it waits while the value is worse than that. NaN in the window never stops.
 */
export const ray: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "ray",
  source: "ray 2.60.0, TrialPlateauStopper",
  aliases: ["ray-plateau", "ray-tune"],
  options: optionsSchema,
  start: ({ mode, patience, minDelta, options }) => {
    const { gracePeriod, metricThreshold } = options;
    const sign = signOf(mode);
    const window: number[] = [];
    let results = 0;
    return (value) => {
      results++;
      window.push(value);
      if (window.length > patience) window.shift();
      if (results < gracePeriod || window.length < patience) return null;
      if (metricThreshold !== undefined && sign * value < sign * metricThreshold) return null;
      const deviation = populationDeviation(window);
      return deviation < minDelta
        ? `TrialPlateauStopper: the last ${patience} values deviate by ${deviation}, less than ${minDelta}.`
        : null;
    };
  },
};
