import { InsufficientDataError } from "@stopwise/core";
import { seedFor } from "@stopwise/core/random";
import { groupFolds, positions } from "./cross-fit.ts";
import { nRowFeatures } from "./feature-rows.ts";
import type { GainData } from "./gain-fit.ts";
import { gainScales, statisticsOf } from "./gain-statistic.ts";
import { boostedGain, remainingGainDefaults, type RemainingGainOptions } from "./remaining-gain.ts";
import { RemainingGainModel } from "./remaining-gain-model.ts";
import type { StopRows } from "./stop-rows.ts";

/** Whose rows are learned from. */
export interface RowsTraining {
  readonly kind: "quality" | "loss";
  readonly rows: StopRows;
  /** Group of each run, `[nRuns]`. */
  readonly groups: readonly string[];
}

/** Remaining gain learned from rows, with the statistic of each row from a fit without its run's group. */
export interface FittedRows {
  readonly model: RemainingGainModel;
  /** `[nRows]` */
  readonly heldOut: Float64Array;
}

/**
 * Learns remaining gain from the kept rows of runs, as `fitRemainingGain` does from their curves.
 *
 * @throws InsufficientDataError with fewer than two groups
 */
export function fitRowsGain(
  training: RowsTraining,
  options: Partial<RemainingGainOptions> & { readonly seed: number },
): FittedRows {
  const settings = { ...remainingGainDefaults, ...options };
  const { kind, rows, groups } = training;
  const nGroups = new Set(groups.filter((_, run) => rows.from[run + 1]! > rows.from[run]!)).size;
  if (nGroups < 2) {
    const what = "groups of runs with a checkpoint before their last";
    throw new InsufficientDataError({ has: nGroups, needs: 2, what }, "Ingest runs of more groups.");
  }
  const run = runOfRows(rows);
  const weight = rowWeights(rows, groups, settings.groupPower);
  const dataOf = (takes: (run: number) => boolean, seed: number): GainData => {
    const which = positions(run.length, (row) => takes(run[row]!));
    return gainData({ rows, run, weight, which }, { kind, seed });
  };
  const heldOut = new Float64Array(run.length).fill(Number.NaN);
  const fold = groupFolds(groups, settings.nFolds, settings.seed);
  for (let k = 0; k < settings.nFolds; k++) {
    const held = positions(run.length, (row) => fold[run[row]!] === k);
    if (held.length === 0 || held.length === run.length) continue;
    const predictor = boostedGain(
      dataOf((at) => fold[at] !== k, seedFor(settings.seed, `fold-${k}`)),
      settings,
    );
    const found = statisticsOf(predictor, pickRows(rows.features, held));
    held.forEach((row, index) => (heldOut[row] = found[index]!));
  }
  const predictor = boostedGain(
    dataOf(() => true, seedFor(settings.seed, `${kind}/all`)),
    settings,
  );
  return { model: new RemainingGainModel({ [kind]: { predictor } }), heldOut };
}

/** Run of each row, `[nRows]`. */
function runOfRows({ from }: StopRows): Uint32Array {
  const run = new Uint32Array(from.at(-1)!);
  for (let at = 0; at + 1 < from.length; at++) run.fill(at, from[at], from[at + 1]);
  return run;
}

/** Equal within a run; groups of n runs count n^(1 - power), `[nRows]`. */
function rowWeights({ from }: StopRows, groups: readonly string[], power: number): Float64Array {
  const size = new Map<string, number>();
  for (const group of groups) size.set(group, (size.get(group) ?? 0) + 1);
  const weight = new Float64Array(from.at(-1)!);
  groups.forEach((group, run) => {
    const n = from[run + 1]! - from[run]!;
    weight.fill(1 / (n * size.get(group)! ** power), from[run], from[run + 1]);
  });
  return weight;
}

function pickRows(features: Float64Array, which: readonly number[]): Float64Array {
  const picked = new Float64Array(which.length * nRowFeatures);
  which.forEach((row, index) => {
    picked.set(features.subarray(row * nRowFeatures, (row + 1) * nRowFeatures), index * nRowFeatures);
  });
  return picked;
}

function gainData(
  {
    rows,
    run,
    weight,
    which,
  }: { rows: StopRows; run: Uint32Array; weight: Float64Array; which: readonly number[] },
  { kind, seed }: { kind: RowsTraining["kind"]; seed: number },
): GainData {
  const scale = gainScales[kind];
  return {
    table: { values: pickRows(rows.features, which), nRows: which.length, nColumns: nRowFeatures },
    roots: Float64Array.from(which, (row) => Math.sqrt(Math.min(rows.loss[row]!, scale.clip))),
    weights: Float64Array.from(which, (row) => weight[row]!),
    run: Uint32Array.from(which, (row) => run[row]!),
    remaining: Float64Array.from(which, (row) => rows.saving[row]!),
    scale,
    seed,
  };
}
