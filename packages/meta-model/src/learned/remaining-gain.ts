import { InsufficientDataError } from "@stopwise/core";
import { seedFor } from "../random.ts";
import {
  binTable,
  boostingDefaults,
  fitBoosting,
  type BoostingLoss,
  type BoostingOptions,
} from "../trees/boosting.ts";
import { groupFolds, positions } from "./cross-fit.ts";
import { featureRows, nRowFeatures } from "./feature-rows.ts";
import { sampleGainRows, type GainRows } from "./gain-rows.ts";
import type { FittedInRun, InRunLearner, InRunTraining } from "./in-run-learner.ts";
import { levelsOf } from "./levels.ts";
import { MeanOfTrees } from "./mean-of-trees.ts";
import { RemainingGainModel, statisticsOf, type GainHead } from "./remaining-gain-model.ts";

export { RemainingGainModel } from "./remaining-gain-model.ts";

/** How remaining gain is learned. */
export interface RemainingGainOptions {
  readonly seed: number;
  /** Most checkpoints of one run that a fit looks at. */
  readonly perRun: number;
  /** Most rows of one fit; runs give fewer checkpoints each where there are more. */
  readonly maxRows: number;
  /** Folds of groups by which the training runs' own statistics are held out; below 2 nothing is held out. */
  readonly nFolds: number;
  /** Groups of n runs count n^(1 - power). */
  readonly groupPower: number;
  readonly boosting: Omit<BoostingOptions, "seed" | "loss">;
  /** The model is the mean of one ensemble for each of these losses. */
  readonly losses: readonly BoostingLoss[];
}

/** The settings that the studies of the decision record ended with. */
export const remainingGainDefaults: Omit<RemainingGainOptions, "seed"> = {
  perRun: 12,
  maxRows: 24_000,
  nFolds: 4,
  groupPower: 0.5,
  boosting: { ...boostingDefaults, trees: 100, learningRate: 0.1, columnShare: 0.3 },
  losses: ["squared", { quantile: 0.6 }, { quantile: 0.7 }, { quantile: 0.8 }],
};

/** Rows to learn from, with their features. */
interface Sample extends GainRows {
  /** `[nRows, nRowFeatures]` */
  readonly features: Float64Array;
}

/**
 * Learns remaining gain from runs, and gives for each of them its statistic from a fit without its group. Runs that did
 * not reach their plan may be among them; thresholds are tabled on those that did. Runs with a quality and runs with a
 * loss only are learned from apart; of a kind with fewer than two groups nothing is learned. Time is about linear in
 * runs until `maxRows` is reached, and then linear in checkpoints for the statistics alone.
 *
 * @throws {InsufficientDataError} when no kind has two groups with a checkpoint to learn from.
 */
export function fitRemainingGain(
  training: InRunTraining,
  options: Partial<RemainingGainOptions> & { readonly seed: number },
): FittedInRun<RemainingGainModel> {
  const settings = { ...remainingGainDefaults, ...options };
  const { curves } = training;
  const heldOut = curves.map((curve) => new Float64Array(curve.nCheckpoints).fill(Number.NaN));
  const heads: Partial<Record<"quality" | "loss", GainHead>> = {};
  let mostGroups = 0;
  for (const kind of ["quality", "loss"] as const) {
    const own = positions(curves.length, (run) => curves[run]!.kind === kind);
    const sample = sampleOf(training, own, settings);
    const nGroups = new Set(Array.from(sample.run, (run) => training.groups[run])).size;
    mostGroups = Math.max(mostGroups, nGroups);
    if (nGroups < 2) continue;
    if (settings.nFolds >= 2) holdOut(training, { own, sample, settings }, heldOut);
    const predictor = fitPredictor(sample, () => true, { settings, name: `${kind}/all` });
    heads[kind] =
      settings.nFolds >= 2 ? { predictor, levels: tabled(training, own, heldOut) } : { predictor };
  }
  if (mostGroups < 2) {
    throw new InsufficientDataError(
      { has: mostGroups, needs: 2, what: "groups of runs with a checkpoint before their last" },
      "Ingest runs of more groups.",
    );
  }
  return { model: new RemainingGainModel(heads), heldOut };
}

/** Remaining gain as the referee takes it. */
export const remainingGainLearner: InRunLearner = { name: "remaining-gain", fit: fitRemainingGain };

function sampleOf(
  { curves, tasks, groups }: InRunTraining,
  own: readonly number[],
  settings: RemainingGainOptions,
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
  return { ...rows, run: rows.run.map((at) => own[at]!), features };
}

/** Writes the statistics of each run from a fit without its group. */
function holdOut(
  { curves, tasks, groups }: InRunTraining,
  { own, sample, settings }: { own: readonly number[]; sample: Sample; settings: RemainingGainOptions },
  heldOut: Float64Array[],
): void {
  const fold = groupFolds(groups, settings.nFolds, settings.seed);
  for (let k = 0; k < settings.nFolds; k++) {
    const held = own.filter((run) => fold[run] === k);
    if (held.length === 0) continue;
    const predictor = fitPredictor(sample, (run) => fold[run] !== k, { settings, name: `fold-${k}` });
    for (const run of held) heldOut[run] = statisticsOf(predictor, featureRows(curves[run]!, tasks[run]!));
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

function fitPredictor(
  sample: Sample,
  takes: (run: number) => boolean,
  { settings, name }: { settings: RemainingGainOptions; name: string },
): MeanOfTrees {
  const which = positions(sample.run.length, (row) => takes(sample.run[row]!));
  const values = new Float64Array(which.length * nRowFeatures);
  which.forEach((row, index) => {
    const from = row * nRowFeatures;
    values.set(sample.features.subarray(from, from + nRowFeatures), index * nRowFeatures);
  });
  const table = binTable({ values, nRows: which.length, nColumns: nRowFeatures });
  const roots = Float64Array.from(which, (row) => Math.sqrt(Math.max(0, sample.gain[row]!)));
  const weights = Float64Array.from(which, (row) => sample.weight[row]!);
  const members = settings.losses.map((loss, member) => {
    const seed = seedFor(settings.seed, `${name}/${member}`);
    return fitBoosting(table, roots, weights, { ...settings.boosting, loss, seed });
  });
  return new MeanOfTrees(members);
}
