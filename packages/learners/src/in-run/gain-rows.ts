import type { Curve } from "@stopwise/core";
import { randomFrom, seedFor } from "@stopwise/core/random";

/** Which checkpoints of which runs a model is fitted on, and how much each counts. */
export interface GainRows {
  /** Position of the run among the training runs, `[nRows]`. */
  readonly run: Uint32Array;
  /** Checkpoint of that run, `[nRows]`. */
  readonly checkpoint: Uint32Array;
  /** Quality still to come, `[nRows]`. */
  readonly gain: Float64Array;
  /** Weight, `[nRows]`: equal within a run, and groups count by the root of their size. */
  readonly weight: Float64Array;
}

/**
 * What the rest of the run adds at each checkpoint: best(end) - best(t), `[nCheckpoints]`; for a run with a loss
 * only, min(t) / min(end) - 1, as outcomes count it: plain differences where min(end) is 0. NaN before the first value.
 */
export function remainingGain(curve: Curve): Float64Array {
  const isLoss = curve.kind === "loss";
  const best = new Float64Array(curve.nCheckpoints);
  let record = Number.NaN;
  (isLoss ? curve.evalLoss : curve.quality).forEach((value, index) => {
    if (isLoss ? value < record : value > record) record = value;
    else if (Number.isNaN(record)) record = value;
    best[index] = record;
  });
  const unit = isLoss && record !== 0 ? Math.abs(record) : 1;
  return best.map((value) => (isLoss ? value - record : record - value) / unit);
}

/** How many checkpoints of a run a fit looks at. */
export interface SampleOptions {
  /** Most checkpoints of one run. */
  readonly perRun: number;
  /** Groups of n runs count n^(1 - power); 0.5 is the root of their size. */
  readonly groupPower: number;
  readonly seed: number;
}

/**
 * Picks checkpoints to fit on: at most `perRun` of each run, one at random from each of as many equal stretches; never
 * the last, where nothing is left to decide. A run's choice depends on the seed and its id alone, not on the others.
 */
export function sampleGainRows(
  curves: readonly Curve[],
  groups: ArrayLike<number | string>,
  options: SampleOptions,
): GainRows {
  const size = new Map<number | string, number>();
  for (let run = 0; run < curves.length; run++) size.set(groups[run]!, (size.get(groups[run]!) ?? 0) + 1);
  const rows = {
    run: [] as number[],
    checkpoint: [] as number[],
    gain: [] as number[],
    weight: [] as number[],
  };
  curves.forEach((curve, run) => {
    const gain = remainingGain(curve);
    const chosen = stratified(curve, options).filter((index) => Number.isFinite(gain[index]!));
    for (const index of chosen) {
      rows.run.push(run);
      rows.checkpoint.push(index);
      rows.gain.push(gain[index]!);
      rows.weight.push(1 / (chosen.length * size.get(groups[run]!)! ** options.groupPower));
    }
  });
  return {
    run: Uint32Array.from(rows.run),
    checkpoint: Uint32Array.from(rows.checkpoint),
    gain: Float64Array.from(rows.gain),
    weight: Float64Array.from(rows.weight),
  };
}

function stratified(curve: Curve, { perRun, seed }: SampleOptions): number[] {
  const from = curve.firstStop;
  const n = curve.nCheckpoints - 1 - from;
  if (n <= perRun) return Array.from({ length: Math.max(0, n) }, (_, k) => from + k);
  const random = randomFrom(seedFor(seed, curve.id));
  return Array.from({ length: perRun }, (_, k) => from + Math.floor(((k + random()) * n) / perRun));
}
