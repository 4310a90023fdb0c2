import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import type { Observation } from "../stopper/observation.ts";
import {
  emptySmoother,
  meanOf,
  medianOf,
  smooth,
  smoothingSchema,
  type SmootherMemory,
} from "../statistic/smoothing.ts";
import { push, valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({
  window: z._default(z.int().check(z.minimum(2)), 5),
  estimator: z._default(z.enum(["leastSquares", "theilSen"]), "leastSquares"),
  /** What a unit of the horizontal axis is: one evaluation, or a doubling of the cost. */
  per: z._default(z.enum(["evals", "doubling"]), "evals"),
  smoothing: z._default(smoothingSchema, { kind: "none", window: 5 }),
});

interface Memory {
  readonly xs: number[];
  readonly ys: number[];
  readonly smoother: SmootherMemory;
}

function leastSquares(xs: readonly number[], ys: readonly number[]): number {
  const x0 = meanOf(xs);
  const y0 = meanOf(ys);
  const spread = xs.reduce((sum, x) => sum + (x - x0) ** 2, 0);
  return xs.reduce((sum, x, i) => sum + (x - x0) * (ys[i]! - y0), 0) / spread;
}

function theilSen(xs: readonly number[], ys: readonly number[]): number {
  return medianOf(
    xs.flatMap((x, i) => xs.slice(i + 1).map((later, k) => (ys[i + 1 + k]! - ys[i]!) / (later - x))),
  );
}

const positionOf = (observation: Observation, per: "evals" | "doubling"): number =>
  per === "evals" ? observation.index : Math.log2(observation.cost);

/**
 * Minus the slope of the monitored value over the last `window` checkpoints, in "more is better" orientation: how much
 * is lost (positive) or still gained (negative) per evaluation, or per doubling of the cost. A threshold of 0 stops
 * where the value no longer rises; -0.002 already where it gains 0.002 or less. By least squares, or by the Theil-Sen
 * median of pairwise slopes, which one outlier does not move. NaN until the window is full, and with `doubling` while
 * the cost is 0.
 *
 * @see Theil (1950), Sen (1968) for the robust estimator.
 */
export const slope: CriterionDefinition<z.infer<typeof schema>> = {
  name: "slope",
  source: "slope of a window; Theil 1950, Sen 1968",
  schema,
  nested: {
    name: "minusLeastGain",
    unit: "value per evaluation or doubling",
    safer: "higher",
    integer: false,
  },
  compare: ">=",
  examples: [
    {},
    { window: 8, estimator: "theilSen" },
    { window: 5, per: "doubling" },
    { window: 8, smoothing: { kind: "median", window: 3 } },
  ],
  thresholds: [-0.05, -0.02, -0.01, -0.005, -0.002, -0.001, 0, 0.002, 0.005, 0.01],
  create: (setup, _context, state) =>
    valueCriterion<Memory>(
      setup,
      {
        memory: { xs: [], ys: [], smoother: emptySmoother() },
        next: (memory, value, observation) => {
          const { window, estimator, per, smoothing } = setup.params;
          const x = positionOf(observation, per);
          const y = smooth(memory.smoother, value, smoothing);
          if (!Number.isFinite(x)) return Number.NaN;
          push(memory.xs, x, window);
          push(memory.ys, y, window);
          if (memory.xs.length < window) return Number.NaN;
          return -(estimator === "leastSquares" ? leastSquares : theilSen)(memory.xs, memory.ys);
        },
      },
      state,
    ),
  describe: (policy, { window, estimator, per }) => {
    const gain = shortNumber(-(policy.threshold ?? Infinity));
    const how = estimator === "theilSen" ? " (Theil-Sen)" : "";
    const unit = per === "evals" ? "evaluation" : "doubling of the cost";
    return `${monitorInWords(policy)} gains ${gain} or less per ${unit} over the last ${window} checkpoints${how}`;
  },
};
