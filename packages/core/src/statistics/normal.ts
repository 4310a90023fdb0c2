/**
 * Standard normal distribution function, absolute error below 1.5e-7.
 *
 * @see Abramowitz and Stegun (1964), 7.1.26.
 */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.3275911 * (Math.abs(x) / Math.SQRT2));
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * poly * Math.exp((-x * x) / 2);
  return x < 0 ? tail : 1 - tail;
}

/**
 * Standard normal quantile for p in [0.5, 1), absolute error below 4.5e-4.
 *
 * @see Abramowitz and Stegun (1964), 26.2.23.
 */
export function upperNormalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  return (
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  );
}
