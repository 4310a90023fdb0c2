/**
 * Conformal upper quantile: the ceil((n + 1)(1 - alpha))-th smallest score. A further exchangeable score is at most
 * this with probability >= 1 - alpha, over the draw of all n + 1 scores.
 *
 * It is an order statistic and never interpolates. NaN scores count as +infinity.
 *
 * @param scores `[n]`, any order; empty gives +infinity
 * @param alpha miscoverage level in (0, 1)
 * @returns +infinity when n < 1/alpha - 1: too few scores for that level
 * @see Vovk, Gammerman, Shafer 2005, Algorithmic Learning in a Random World
 * @example conformalQuantile([3, 1, 2], 0.25) // 3
 */
export function conformalQuantile(scores: ArrayLike<number>, alpha: number): number {
  const sorted = Array.from(scores, (score) => (Number.isNaN(score) ? Infinity : score)).sort(
    (a, b) => a - b,
  );
  const rank = Math.ceil((sorted.length + 1) * (1 - alpha) - 1e-12);
  return rank > sorted.length ? Infinity : sorted[Math.max(rank, 1) - 1]!;
}
