import { logGamma } from "./gamma.ts";

function logProbability(k: number, n: number, p: number): number {
  const choose = logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
  return choose + (k === 0 ? 0 : k * Math.log(p)) + (k === n ? 0 : (n - k) * Math.log1p(-p));
}

/**
 * P(X <= k) for X ~ Binomial(n, p), exact up to rounding.
 *
 * @param k number of successes; below 0 the answer is 0, at or above n it is 1
 * @param n number of trials, >= 0
 * @param p probability of success in [0, 1]
 * @example binomialCdf(1, 2, 0.5) // 0.75
 */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  let sum = 0;
  for (let value = 0; value <= Math.floor(k); value++) sum += Math.exp(logProbability(value, n, p));
  return Math.min(sum, 1);
}

/** P(X >= k) for X ~ Binomial(n, p): the p-value of the exact one-sided test of "probability <= p" against "more". */
export function binomialUpperTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n || p <= 0) return 0;
  if (p >= 1) return 1;
  let sum = 0;
  for (let value = Math.ceil(k); value <= n; value++) sum += Math.exp(logProbability(value, n, p));
  return Math.min(sum, 1);
}

function bisect(isBelow: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Lower end of the exact one-sided confidence interval for a probability: P(true p < bound) <= delta.
 *
 * @param k successes
 * @param n trials
 * @param delta failure probability in (0, 1)
 * @see Clopper and Pearson 1934
 */
export function binomialLowerBound(k: number, n: number, delta: number): number {
  return k <= 0 ? 0 : bisect((p) => binomialUpperTail(k, n, p) < delta);
}

/** Upper end of the exact one-sided confidence interval for a probability. @see Clopper and Pearson 1934 */
export function binomialUpperBound(k: number, n: number, delta: number): number {
  return k >= n ? 1 : bisect((p) => binomialCdf(k, n, p) > delta);
}
