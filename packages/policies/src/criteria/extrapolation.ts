import * as z from "zod/mini";
import { progressOf } from "../stopper/context.ts";
import type { StopperContext } from "../statistic/contract.ts";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { addPoint, chanceAbove, emptyFit, type FitMemory } from "../statistic/curve-families.ts";
import type { Observation } from "../stopper/observation.ts";
import { valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({
  /** Improvement over the best so far that would be worth the rest of the budget. */
  margin: z._default(z.number().check(z.nonnegative()), 0.005),
  /** Checkpoints before anything is predicted. */
  minPoints: z._default(z.int().check(z.minimum(4)), 6),
  /** Weight that earlier points keep with every new one. */
  memory: z._default(z.number().check(z.positive(), z.maximum(1)), 0.95),
  /** Where no plan is known: the end, as a multiple of the cost so far. */
  horizon: z._default(z.number().check(z.gt(1)), 2),
});

interface Memory {
  unit: number | null;
  best: number | null;
  readonly fit: FitMemory;
}

/** Cost at the end of the plan; `horizon` times the cost so far where there is none. */
function endOf(observation: Observation, context: StopperContext, horizon: number): number {
  const progress = progressOf(observation, context.planned);
  return observation.cost * (progress > 0 ? Math.max(1 / progress, 1) : horizon);
}

/**
 * The probability that the rest of the budget does *not* improve the best value by more than `margin`, from learning-curve
 * families fitted to the curve so far: y = a + b f(t) with f a power law, an exponential or a logistic in log time, each
 * over a grid of shapes. a and b come from weighted least squares (older points fade by `memory`), the shapes are mixed
 * by their likelihood residual^(-n/2), and each predicts the evaluation at the end of the plan with its standard error.
 * The statistic is in [0, 1]; a threshold of 0.9 stops where a worthwhile gain has a chance of 10 % or less.
 *
 * NaN before `minPoints` values, and while the cost is 0. 1 once the plan is done, and for a quality whose best plus
 * margin exceeds 1. O(shapes) a checkpoint.
 *
 * @see Domhan, Springenberg and Hutter (2015) for mixing curve families; Viering and Loog (2022) for the families.
 */
export const extrapolation: CriterionDefinition<z.infer<typeof schema>> = {
  name: "extrapolation",
  source: "Domhan et al. 2015, with closed-form fits over grids of shapes",
  schema,
  nested: { name: "confidence", unit: "probability", safer: "higher", integer: false },
  compare: ">=",
  examples: [{}, { margin: 0.01, memory: 1 }, { margin: 0.002, memory: 0.85 }],
  thresholds: [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999],
  create: (setup, context, state) =>
    valueCriterion<Memory>(
      setup,
      {
        memory: { unit: null, best: null, fit: emptyFit() },
        next: (memory, value, observation) => {
          const { margin, minPoints, memory: fading, horizon } = setup.params;
          memory.best = Math.max(memory.best ?? value, value);
          if (!(observation.cost > 0)) return Number.NaN;
          memory.unit ??= observation.cost;
          addPoint(memory.fit, observation.cost / memory.unit, value, fading);
          if (memory.fit.count < minPoints) return Number.NaN;
          const end = endOf(observation, context, horizon);
          const level = memory.best + margin;
          if (end <= observation.cost || (setup.monitor === "quality" && level > 1)) return 1;
          return 1 - chanceAbove(memory.fit, end / memory.unit, level);
        },
      },
      state,
    ),
  describe: (policy, { margin }) =>
    `the chance that the rest of the budget improves ${monitorInWords(policy)} by more than ${margin} is ` +
    `${shortNumber(100 * (1 - (policy.threshold ?? Infinity)))} % or less`,
};
