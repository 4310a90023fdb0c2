import type { Curve, Task } from "@stopwise/core";
import { featureRows, nRowFeatures } from "./feature-rows.ts";
import { remainingGain } from "./gain-rows.ts";

/** Most checkpoints of a run that are kept. */
export const mostRowsOfRun = 12;

/**
 * At most a dozen checkpoints of each of several runs, in their order: what was seen there, and what a stop there gives.
 * The last checkpoint, where nothing is left to decide, is never among them.
 */
export interface StopRows {
  /** First row of each run, and the number of rows: `[nRuns + 1]`. */
  readonly from: Int32Array;
  /** `[nRows, nRowFeatures]` */
  readonly features: Float64Array;
  /** Share of the run's cost that a stop here saves, `[nRows]`. */
  readonly saving: Float64Array;
  /** Quality that the rest of the run adds, or its relative fall of the loss, `[nRows]`. */
  readonly loss: Float64Array;
}

/** Evaluations since the last record at each checkpoint, `[nCheckpoints]`. */
function staleness(curve: Curve): Int32Array {
  const series = curve.kind === "loss" ? curve.evalLoss.map((value) => -value) : curve.quality;
  const stale = new Int32Array(series.length);
  let [record, since] = [-Infinity, 0];
  series.forEach((value, index) => {
    since = value > record ? 0 : since + 1;
    if (value > record) record = value;
    stale[index] = since;
  });
  return stale;
}

/**
 * The checkpoints of a run that are kept: all but the last where they are few; else of each of a dozen equal stretches
 * the one with the longest staleness, the later of equal ones. That is where rules that watch a curve stop, so that
 * first passages over a dozen rows are near those over the whole curve; the choice looks at the past of the curve
 * alone, so that what is learned from the rows is not bent by it.
 */
function keptCheckpoints(curve: Curve): number[] {
  const { firstStop, nCheckpoints } = curve;
  const n = nCheckpoints - 1 - firstStop;
  if (n <= mostRowsOfRun) return Array.from({ length: Math.max(0, n) }, (_, k) => firstStop + k);
  const stale = staleness(curve);
  return Array.from({ length: mostRowsOfRun }, (_, k) => {
    const start = firstStop + Math.floor((k * n) / mostRowsOfRun);
    const end = firstStop + Math.floor(((k + 1) * n) / mostRowsOfRun);
    let chosen = start;
    for (let index = start; index < end; index++) if (stale[index]! >= stale[chosen]!) chosen = index;
    return chosen;
  });
}

/**
 * The rows of some runs.
 *
 * @param curves `[nRuns]`
 * @param tasks what was known of each before its start, `[nRuns]`
 */
export function stopRowsOf(curves: readonly Curve[], tasks: readonly Task[]): StopRows {
  const from = new Int32Array(curves.length + 1);
  const features: Float64Array[] = [];
  const saving: number[] = [];
  const loss: number[] = [];
  curves.forEach((curve, run) => {
    const gain = remainingGain(curve);
    const all = featureRows(curve, tasks[run]!);
    const end = curve.cost.at(-1)!;
    for (const at of keptCheckpoints(curve)) {
      if (!Number.isFinite(gain[at]!)) continue;
      features.push(all.subarray(at * nRowFeatures, (at + 1) * nRowFeatures));
      saving.push(1 - curve.cost[at]! / end);
      loss.push(Math.max(0, gain[at]!));
    }
    from[run + 1] = saving.length;
  });
  return {
    from,
    features: joined(features),
    saving: Float64Array.from(saving),
    loss: Float64Array.from(loss),
  };
}

/** Arrays one after another. */
function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The rows of some of the runs, in the order asked for. */
export function rowsOfRuns(rows: StopRows, runs: readonly number[]): StopRows {
  const from = new Int32Array(runs.length + 1);
  const parts = runs.map((run) => [rows.from[run]!, rows.from[run + 1]!] as const);
  parts.forEach(([start, end], index) => (from[index + 1] = from[index]! + end - start));
  const pick = (values: Float64Array, width: number): Float64Array =>
    joined(parts.map(([start, end]) => values.subarray(start * width, end * width)));
  return {
    from,
    features: pick(rows.features, nRowFeatures),
    saving: pick(rows.saving, 1),
    loss: pick(rows.loss, 1),
  };
}

/** The rows of several sets of runs, one after another. */
export function joinRows(sets: readonly StopRows[]): StopRows {
  const from = [0];
  for (const set of sets) {
    const start = from.at(-1)!;
    for (const end of set.from.subarray(1)) from.push(start + end);
  }
  return {
    from: Int32Array.from(from),
    features: joined(sets.map(({ features }) => features)),
    saving: joined(sets.map(({ saving }) => saving)),
    loss: joined(sets.map(({ loss }) => loss)),
  };
}

/**
 * What thresholds do to runs: saving and loss at the first row whose statistic reaches each, nothing saved and nothing
 * lost where none does; both `[nRuns, nThresholds]`.
 *
 * @param rows the runs
 * @param statistic of every row, NaN never crosses `[nRows]`
 * @param thresholds ascending `[nThresholds]`
 */
export function outcomesOfThresholds(
  rows: StopRows,
  statistic: Float64Array,
  thresholds: Float64Array,
): { saving: Float32Array; loss: Float32Array } {
  const nRuns = rows.from.length - 1;
  const n = thresholds.length;
  const saving = new Float32Array(nRuns * n);
  const loss = new Float32Array(nRuns * n);
  for (let run = 0; run < nRuns; run++) {
    let next = 0;
    for (let row = rows.from[run]!; row < rows.from[run + 1]! && next < n; row++) {
      while (next < n && statistic[row]! >= thresholds[next]!) {
        saving[run * n + next] = rows.saving[row]!;
        loss[run * n + next] = rows.loss[row]!;
        next++;
      }
    }
  }
  return { saving, loss };
}
