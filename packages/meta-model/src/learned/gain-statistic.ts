import { nRowFeatures, rowFeatureNames } from "./feature-rows.ts";

/** A statistic of one feature row, `[nRowFeatures]`: larger means nearer to a stop. */
export interface RowStatistic {
  statistic(row: ArrayLike<number>): number;
  /** The same for rows laid end to end, `[nRows, nRowFeatures]`, where there is a faster way. */
  statistics?(rows: Float64Array): Float64Array;
}

const progressColumn = rowFeatureNames.indexOf("progress");
const leastRemaining = 0.02;

/**
 * z = -g / max(1 - progress, 0.02)^(1/4), g the predicted square root of the remaining gain; the divisor is 1 without a
 * plan.
 */
export function gainStatistic(predictedRoot: number, row: ArrayLike<number>): number {
  const progress = row[progressColumn]!;
  if (Number.isNaN(progress)) return -predictedRoot;
  return -predictedRoot / Math.max(1 - progress, leastRemaining) ** 0.25;
}

/** The statistic at every row, `[nRows]`; rows are `[nRows, nRowFeatures]`. */
export function statisticsOf(head: RowStatistic, rows: Float64Array): Float64Array {
  if (head.statistics !== undefined) return head.statistics(rows);
  const n = rows.length / nRowFeatures;
  return Float64Array.from({ length: n }, (_, index) =>
    head.statistic(rows.subarray(index * nRowFeatures, (index + 1) * nRowFeatures)),
  );
}
