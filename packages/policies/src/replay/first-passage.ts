/**
 * Stop indices of all thresholds of one criterion on one curve: the first index at or after `firstStop` where z reaches
 * the threshold, else `z.length - 1` (the end of the run).
 *
 * One pass: the running maximum of z and the sorted thresholds are merged, T + J steps for T checkpoints and J
 * thresholds. NaN in z never crosses. An infinite threshold is "never" and comes last.
 *
 * @param z the statistic, `[nCheckpoints]`
 * @param firstStop first checkpoint that may stop the run
 * @param thresholds ascending, `[nThresholds]`
 * @param compare whether equality stops
 * @returns stop indices, `[nThresholds]`, ascending; -1 everywhere when z is empty
 *
 * @example
 * firstPassages([0, 1, 2, 0, 3], 0, [1, 2, 3, 4]) // Int32Array [1, 2, 4, 4]
 */
export function firstPassages(
  z: ArrayLike<number>,
  firstStop: number,
  thresholds: ArrayLike<number>,
  compare: ">=" | ">" = ">=",
): Int32Array {
  const n = thresholds.length;
  const stops = new Int32Array(n);
  const reaches = (value: number, threshold: number): boolean =>
    threshold < Infinity && (compare === ">" ? value > threshold : value >= threshold);
  let j = 0;
  for (let i = Math.max(0, firstStop); i < z.length && j < n; i++) {
    while (j < n && reaches(z[i]!, thresholds[j]!)) stops[j++] = i;
  }
  while (j < n) stops[j++] = z.length - 1;
  return stops;
}

/**
 * Stop indices of nested thresholds over many curves, for a statistic that was computed elsewhere (a learned one).
 *
 * @param series z of each curve, `[nRuns][nCheckpoints]`
 * @param firstStops first admissible checkpoint of each curve, the warm-up included, `[nRuns]`
 * @param thresholds ascending, `[nThresholds]`
 * @returns row-major by run, `[nRuns, nThresholds]`; the last checkpoint where a threshold is never reached
 */
export function passageTable(
  series: readonly ArrayLike<number>[],
  firstStops: ArrayLike<number>,
  thresholds: ArrayLike<number>,
  compare: ">=" | ">" = ">=",
): Int32Array {
  const width = thresholds.length;
  const table = new Int32Array(series.length * width);
  series.forEach((z, run) => {
    table.set(firstPassages(z, firstStops[run]!, thresholds, compare), run * width);
  });
  return table;
}
