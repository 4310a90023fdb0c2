import type { Curve, Task } from "@stopwise/core";
import { featureRows, nRowFeatures, rowFeatureNames } from "./feature-rows.ts";

/** A statistic of one feature row, `[nRowFeatures]`: larger means nearer to a stop. */
export interface RowStatistic {
  statistic(row: ArrayLike<number>): number;
  /** The same for rows laid end to end, `[nRows, nRowFeatures]`, where there is a faster way. */
  statistics?(rows: Float64Array): Float64Array;
}

const progressColumn = rowFeatureNames.indexOf("progress");
const bestColumn = rowFeatureNames.indexOf("best");
const leastRemaining = 0.02;
/** Share of the plan until which a run at the floor of its metric is no candidate for a stop. */
const hopelessFrom = 0.5;

/** How a predicted root of the gain becomes a statistic. */
export interface StatisticRule {
  /** Power of the share of the plan that is left by which the root of the gain is divided. */
  readonly remainingPower: number;
  /** Best score below which a run is at the floor of its metric; -Infinity for runs without one. */
  readonly floor: number;
}

/** How the remaining gain of one kind of run is learned and weighed against what is left of the plan. */
export interface GainScale extends StatisticRule {
  /** Larger gains count as this one, in the unit of the gain. */
  readonly clip: number;
}

/**
 * A relative fall of the loss has no upper end and a few runs fall a hundredfold: beyond 0.2, where certificates clip
 * too, all that counts is that much is left. Both values were compared on the reference curves, see the record of the
 * learned criterion in `docs/decisions`.
 */
export const gainScales: Readonly<Record<Curve["kind"], GainScale>> = {
  quality: { clip: Infinity, remainingPower: 0.25, floor: 0.05 },
  loss: { clip: 0.2, remainingPower: 0, floor: -Infinity },
};

/**
 * z = -g / max(1 - progress, 0.02)^power, g the predicted square root of the remaining gain; the divisor is 1 without a
 * plan. NaN, which never stops, for a run that stands at the floor of its metric and has half of its plan before it: it
 * has not levelled off, it has not begun.
 */
export function gainStatistic(
  predictedRoot: number,
  row: ArrayLike<number>,
  { remainingPower, floor }: StatisticRule,
): number {
  if (row[bestColumn]! < floor && !(row[progressColumn]! >= hopelessFrom)) return Number.NaN;
  const progress = row[progressColumn]!;
  if (remainingPower === 0 || Number.isNaN(progress)) return -predictedRoot;
  return -predictedRoot / Math.max(1 - progress, leastRemaining) ** remainingPower;
}

/** The statistic at every row, `[nRows]`; rows are `[nRows, nRowFeatures]`. */
export function statisticsOf(head: RowStatistic, rows: Float64Array): Float64Array {
  if (head.statistics !== undefined) return head.statistics(rows);
  const n = rows.length / nRowFeatures;
  return Float64Array.from({ length: n }, (_, index) =>
    head.statistic(rows.subarray(index * nRowFeatures, (index + 1) * nRowFeatures)),
  );
}

/** Checkpoints whose statistics are computed at a time. */
const batchRows = 8192;

/**
 * The statistics of many runs, `[nRuns][nCheckpoints]`, a batch of checkpoints at a time: to begin with a tree costs more
 * than the hundred checkpoints of one run.
 */
export function statisticsOfRuns(
  head: RowStatistic,
  curves: readonly Curve[],
  tasks: readonly Task[],
): Float64Array[] {
  const all: Float64Array[] = [];
  for (let from = 0; from < curves.length;) {
    let [to, nRows] = [from, 0];
    while (to < curves.length && (to === from || nRows + curves[to]!.nCheckpoints <= batchRows)) {
      nRows += curves[to++]!.nCheckpoints;
    }
    const rows = new Float64Array(nRows * nRowFeatures);
    let at = 0;
    for (let run = from; run < to; run++) {
      rows.set(featureRows(curves[run]!, tasks[run]!), at * nRowFeatures);
      at += curves[run]!.nCheckpoints;
    }
    const values = statisticsOf(head, rows);
    for (let run = from, start = 0; run < to; start += curves[run++]!.nCheckpoints) {
      all.push(values.slice(start, start + curves[run]!.nCheckpoints));
    }
    from = to;
  }
  return all;
}
