import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { differenceNoise, samplingDeviation } from "../statistic/evaluation-noise.ts";
import {
  emptySmoother,
  smooth,
  smoothedDeviation,
  smoothingSchema,
  type SmootherMemory,
} from "../statistic/smoothing.ts";
import { push, valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({
  unit: z._default(z.enum(["evals", "tokenShare"]), "evals"),
  /** Standard errors of a difference that an improvement must exceed. */
  sigmas: z._default(z.number().check(z.nonnegative()), 1),
  /** Questions in the evaluation set; else what the run tells. */
  evalSize: z.optional(z.number().check(z.positive())),
  smoothing: z._default(smoothingSchema, { kind: "none", window: 5 }),
});

/** Differences that the noise is estimated from where the evaluation-set size is not known. */
const recentDifferences = 12;

interface Memory {
  best: number | null;
  since: number;
  count: number;
  last: number | null;
  readonly differences: number[];
  readonly smoother: SmootherMemory;
}

/**
 * Staleness that counts an improvement only beyond its sampling error: v > best + sigmas sqrt(2) s, a dead band whose
 * width follows the evaluation. For a quality and a known evaluation-set size n, s = sqrt(p (1 - p) / n) at p = best
 * (binomial, as for exact match; an upper value where the same questions are asked every time). Else s comes from the
 * last 12 differences of the curve, robustly, and is 0 until there are three. With smoothing, s is that of a smoothed
 * value. The statistic is the evaluations, or the share of the cost, since the last improvement.
 */
export const noiseAwareStaleness: CriterionDefinition<z.infer<typeof schema>> = {
  name: "noise-aware-staleness",
  source: "binomial sampling error of exact match; own combination",
  schema,
  nested: { name: "patience", unit: "of the parameter `unit`", safer: "higher", integer: false },
  compare: ">=",
  examples: [
    {},
    { evalSize: 200, sigmas: 0.5 },
    { unit: "tokenShare", sigmas: 0.5 },
    { smoothing: { kind: "mean", window: 3 } },
    { smoothing: { kind: "exponential", window: 5 }, sigmas: 2 },
  ],
  thresholds: [0.1, 0.2, 0.35, 0.5, 0.7, 1, 2, 3, 5, 8, 13, 20],
  create: (setup, context, state) => {
    const { unit, sigmas, smoothing } = setup.params;
    const n = setup.monitor === "quality" ? (setup.params.evalSize ?? context.evalSize) : undefined;
    const deviation = ({ best, differences }: Memory): number =>
      n === undefined ? differenceNoise(differences) : samplingDeviation(best ?? 0, n);
    return valueCriterion<Memory>(
      setup,
      {
        memory: { best: null, since: 0, count: 0, last: null, differences: [], smoother: emptySmoother() },
        next: (memory, value, { cost }) => {
          if (memory.last !== null) push(memory.differences, value - memory.last, recentDifferences);
          memory.last = value;
          const smoothed = smooth(memory.smoother, value, smoothing);
          const margin = sigmas * Math.SQRT2 * deviation(memory) * smoothedDeviation(smoothing);
          memory.count += 1;
          if (memory.best === null || smoothed > memory.best + margin) {
            Object.assign(memory, {
              best: smoothed,
              since: Number.isNaN(cost) ? memory.since : cost,
              count: 0,
            });
          }
          return unit === "evals" ? memory.count : cost > 0 ? (cost - memory.since) / cost : Number.NaN;
        },
      },
      state,
    );
  },
  describe: (policy, { unit, sigmas }) => {
    const amount = policy.threshold ?? Infinity;
    const span =
      unit === "evals"
        ? `for ${shortNumber(amount)} evaluations`
        : `during the last ${shortNumber(100 * amount)} % of the tokens spent so far`;
    return `${monitorInWords(policy)} has not improved by more than ${sigmas} standard errors ${span}`;
  },
};
