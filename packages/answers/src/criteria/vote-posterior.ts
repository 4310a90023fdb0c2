import { logGamma } from "@stopwise/core";
import * as z from "zod/mini";
import type { AnswerCriterion } from "../answer-criterion.ts";

const schema = z.strictObject({
  /** Votes that each of the two first answers is given beforehand. */
  prior: z._default(z.number().check(z.positive()), 0.5),
  /** Samples that would be taken without stopping, where the caller does not tell. */
  samples: z._default(z.int().check(z.positive()), 40),
});

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/**
 * P(X = 0), ..., P(X = n) of a beta-binomial with n trials, each from the one before:
 * P(k + 1) / P(k) = (n - k) (k + a) / ((k + 1) (n - k - 1 + b)).
 */
function betaBinomials(n: number, a: number, b: number): Float64Array {
  const chances = new Float64Array(n + 1);
  chances[0] = Math.exp(logBeta(a, n + b) - logBeta(a, b));
  for (let k = 0; k < n; k++)
    chances[k + 1] = (chances[k]! * (n - k) * (k + a)) / ((k + 1) * (n - k - 1 + b));
  return chances;
}

/**
 * The probability that taking all planned samples would end with the answer that leads now. The votes still to come go to
 * the leader or to its strongest rival, with a share that has the posterior Beta(first + prior, second + prior), so the
 * leader's gain is beta-binomial; a final tie counts half. Infinity once the lead exceeds the samples that are left.
 */
export const votePosterior: AnswerCriterion<z.infer<typeof schema>> = {
  name: "vote-posterior",
  source: "beta-binomial prediction of the final majority; own",
  schema,
  nested: { name: "confidence", unit: "probability", safer: "higher", integer: false },
  examples: [{}, { prior: 1 }],
  thresholds: [0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999],
  statistic: ({ first, second, nSamples }, { prior, samples }, planned) => {
    const left = Math.max(0, (Number.isNaN(planned) ? samples : planned) - nSamples);
    if (first === 0) return Number.NaN;
    if (first - second > left) return Number.POSITIVE_INFINITY;
    const chances = betaBinomials(left, first + prior, second + prior);
    const leadAfter = (gain: number): number => first + gain - (second + left - gain);
    const share = (lead: number): number => (lead > 0 ? 1 : lead === 0 ? 0.5 : 0);
    return Math.min(
      1,
      chances.reduce((sum, chance, gain) => sum + share(leadAfter(gain)) * chance, 0),
    );
  },
  describe: (threshold) =>
    `the leading answer would win a vote of all samples with probability ${threshold} or more`,
};
