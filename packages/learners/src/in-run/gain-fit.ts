import { InsufficientDataError } from "@stopwise/core";
import { seedFor } from "@stopwise/core/random";
import type { Table } from "../trees/binning.ts";
import { groupFolds, positions } from "./cross-fit.ts";
import { featureRows, nRowFeatures } from "./feature-rows.ts";
import { sampleGainRows, type GainRows } from "./gain-rows.ts";
import { gainScales, statisticsOfRuns, type GainScale, type RowStatistic } from "./gain-statistic.ts";
import type { InRunTraining } from "./in-run-learner.ts";
import { levelsOf, type Levels } from "./levels.ts";

/** Which rows a gain predictor is fitted on, whatever the predictor. */
export interface GainFitOptions {
  readonly seed: number;
  /** Most checkpoints of one run that a fit looks at. */
  readonly perRun: number;
  /** Most rows of one fit; runs give fewer checkpoints each where there are more. */
  readonly maxRows: number;
  /** Folds of groups by which the training runs' own statistics are held out; below 2 nothing is held out. */
  readonly nFolds: number;
  /** Groups of n runs count n^(1 - power). */
  readonly groupPower: number;
}

/** What one predictor is fitted on. */
export interface GainData {
  /** `[nRows, nRowFeatures]` */
  readonly table: Table;
  /** Square roots of the remaining gain, clipped by `scale`, `[nRows]`. */
  readonly roots: Float64Array;
  /** `[nRows]` */
  readonly weights: Float64Array;
  /** Run of each row; a run's rows are in the order of its checkpoints, `[nRows]`. */
  readonly run: Uint32Array;
  /** Share of the run's cost that is still to come, `[nRows]`. */
  readonly remaining: Float64Array;
  readonly scale: GainScale;
  readonly seed: number;
}

/** A fitted predictor for each kind of run that was learned from, with held-out statistics. */
export interface GainFit<P extends RowStatistic> {
  readonly heads: Readonly<
    Partial<Record<"quality" | "loss", { readonly predictor: P; readonly levels?: Levels }>>
  >;
  /** `[nRuns][nCheckpoints]`; NaN throughout where nothing was held out. */
  readonly heldOut: readonly Float64Array[];
}

/** Rows to learn from, with their features. */
interface Sample extends GainRows {
  /** `[nRows, nRowFeatures]` */
  readonly features: Float64Array;
  readonly remaining: Float64Array;
  readonly scale: GainScale;
}

/**
 * Fits a predictor of the remaining gain to runs, and gives for each of them its statistic from a fit without its
 * group. Runs with a quality and runs with a loss only are learned from apart; of a kind with fewer than two groups
 * nothing is learned. Thresholds are tabled on the runs that reached their plan.
 *
 * @throws {InsufficientDataError} when no kind has two groups with a checkpoint to learn from.
 */
export function fitGain<P extends RowStatistic>(
  training: InRunTraining,
  settings: GainFitOptions,
  fit: (data: GainData) => P,
): GainFit<P> {
  const { curves } = training;
  const heldOut = curves.map((curve) => new Float64Array(curve.nCheckpoints).fill(Number.NaN));
  const heads: Partial<Record<"quality" | "loss", { predictor: P; levels?: Levels }>> = {};
  let mostGroups = 0;
  for (const kind of ["quality", "loss"] as const) {
    const own = positions(curves.length, (run) => curves[run]!.kind === kind);
    const sample = sampleOf(training, own, { ...settings, scale: gainScales[kind] });
    const nGroups = new Set(Array.from(sample.run, (run) => training.groups[run])).size;
    mostGroups = Math.max(mostGroups, nGroups);
    if (nGroups < 2) continue;
    if (settings.nFolds >= 2) holdOut(training, { own, sample, settings, fit }, heldOut);
    const predictor = fit(dataOf(sample, () => true, seedFor(settings.seed, `${kind}/all`)));
    heads[kind] =
      settings.nFolds >= 2 ? { predictor, levels: tabled(training, own, heldOut) } : { predictor };
  }
  if (mostGroups < 2) {
    throw new InsufficientDataError(
      { has: mostGroups, needs: 2, what: "groups of runs with a checkpoint before their last" },
      "Ingest runs of more groups.",
    );
  }
  return { heads, heldOut };
}

function sampleOf(
  { curves, tasks, groups }: InRunTraining,
  own: readonly number[],
  settings: GainFitOptions & { readonly scale: GainScale },
): Sample {
  const perRun = Math.max(
    2,
    Math.min(settings.perRun, Math.floor(settings.maxRows / Math.max(1, own.length))),
  );
  const rows = sampleGainRows(
    own.map((run) => curves[run]!),
    own.map((run) => groups[run]!),
    { ...settings, perRun },
  );
  const features = new Float64Array(rows.run.length * nRowFeatures);
  let current = -1;
  let all: Float64Array = new Float64Array(0);
  rows.run.forEach((at, row) => {
    if (at !== current) all = featureRows(curves[own[at]!]!, tasks[own[at]!]!);
    current = at;
    const from = rows.checkpoint[row]! * nRowFeatures;
    features.set(all.subarray(from, from + nRowFeatures), row * nRowFeatures);
  });
  const remaining = Float64Array.from(rows.run, (at, row) => {
    const { cost } = curves[own[at]!]!;
    return 1 - cost[rows.checkpoint[row]!]! / cost.at(-1)!;
  });
  return { ...rows, remaining, run: rows.run.map((at) => own[at]!), features, scale: settings.scale };
}

/** Writes the statistics of each run from a fit without its group. */
function holdOut(
  { curves, tasks, groups }: InRunTraining,
  part: {
    own: readonly number[];
    sample: Sample;
    settings: GainFitOptions;
    fit: (data: GainData) => RowStatistic;
  },
  heldOut: Float64Array[],
): void {
  const { nFolds, seed } = part.settings;
  const fold = groupFolds(groups, nFolds, seed);
  for (let k = 0; k < nFolds; k++) {
    const held = part.own.filter((run) => fold[run] === k);
    if (held.length === 0) continue;
    const predictor = part.fit(dataOf(part.sample, (run) => fold[run] !== k, seedFor(seed, `fold-${k}`)));
    const found = statisticsOfRuns(
      predictor,
      held.map((run) => curves[run]!),
      held.map((run) => tasks[run]!),
    );
    held.forEach((run, index) => (heldOut[run] = found[index]!));
  }
}

function tabled(
  { curves, groups, complete }: InRunTraining,
  own: readonly number[],
  heldOut: readonly Float64Array[],
): ReturnType<typeof levelsOf> {
  const judged = own.filter((run) => complete?.[run] ?? true);
  return levelsOf({
    series: judged.map((run) => heldOut[run]!),
    curves: judged.map((run) => curves[run]!),
    groups: judged.map((run) => groups[run]!),
  });
}

function dataOf(sample: Sample, takes: (run: number) => boolean, seed: number): GainData {
  const which = positions(sample.run.length, (row) => takes(sample.run[row]!));
  const values = new Float64Array(which.length * nRowFeatures);
  which.forEach((row, index) => {
    const from = row * nRowFeatures;
    values.set(sample.features.subarray(from, from + nRowFeatures), index * nRowFeatures);
  });
  return {
    table: { values, nRows: which.length, nColumns: nRowFeatures },
    roots: Float64Array.from(which, (row) =>
      Math.sqrt(Math.min(Math.max(0, sample.gain[row]!), sample.scale.clip)),
    ),
    weights: Float64Array.from(which, (row) => sample.weight[row]!),
    run: Uint32Array.from(which, (row) => sample.run[row]!),
    remaining: Float64Array.from(which, (row) => sample.remaining[row]!),
    scale: sample.scale,
    seed,
  };
}
