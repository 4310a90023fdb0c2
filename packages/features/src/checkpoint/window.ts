/**
 * Statistics of a short window of values, oldest first. Missing values (NaN) are left out; a statistic that has
 * too few values is NaN. Every function is O(window).
 */

/** Slope of the least-squares line through the finite values of the last `size`, in value per evaluation; NaN below two. */
export function windowSlope(values: Float64Array, size: number): number {
  let n = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (let i = Math.max(0, values.length - size); i < values.length; i++) {
    const y = values[i]!;
    if (Number.isNaN(y)) continue;
    n += 1;
    sumX += i;
    sumY += y;
    sumXX += i * i;
    sumXY += i * y;
  }
  const spread = n * sumXX - sumX * sumX;
  return n < 2 || spread === 0 ? Number.NaN : (n * sumXY - sumX * sumY) / spread;
}

/** Mean of the finite values among the last `size`; NaN when there is none. */
export function windowMean(values: Float64Array, size: number): number {
  let n = 0;
  let sum = 0;
  for (let i = Math.max(0, values.length - size); i < values.length; i++) {
    const y = values[i]!;
    if (Number.isNaN(y)) continue;
    n += 1;
    sum += y;
  }
  return n === 0 ? Number.NaN : sum / n;
}

/**
 * Standard deviation of the evaluation noise from second differences of the last `size` values: for independent
 * noise of variance s^2 around a locally straight curve, E[(y[i-1] - 2 y[i] + y[i+1])^2] = 6 s^2. NaN below three
 * values in a row.
 */
export function windowNoise(values: Float64Array, size: number): number {
  let n = 0;
  let sum = 0;
  for (let i = Math.max(0, values.length - size) + 2; i < values.length; i++) {
    const bend = values[i - 2]! - 2 * values[i - 1]! + values[i]!;
    if (Number.isNaN(bend)) continue;
    n += 1;
    sum += bend * bend;
  }
  return n === 0 ? Number.NaN : Math.sqrt(sum / (6 * n));
}

/** Share of rises among the differences of the last `size` values; NaN when there is no difference. */
export function windowRises(values: Float64Array, size: number): number {
  let n = 0;
  let rises = 0;
  for (let i = Math.max(0, values.length - size) + 1; i < values.length; i++) {
    const change = values[i]! - values[i - 1]!;
    if (Number.isNaN(change)) continue;
    n += 1;
    if (change > 0) rises += 1;
  }
  return n === 0 ? Number.NaN : rises / n;
}
