import { InsufficientDataError, ModelFileError, type Curve, type Task } from "@stopwise/core";
import type { StopperContext, StreamingCriterion, Json } from "@stopwise/policies";
import { seedFor } from "../random.ts";
import { boostingDefaults, fitBoosting, type BoostingLoss, type BoostingOptions } from "../trees/boosting.ts";
import { ByteReader, ByteWriter } from "../trees/bytes.ts";
import { groupFolds, positions } from "./cross-fit.ts";
import { featureRows, nRowFeatures, rowFeatureNames } from "./feature-rows.ts";
import { GainCriterion } from "./gain-criterion.ts";
import { sampleGainRows, type GainRows } from "./gain-rows.ts";
import { statisticOf, type GainPredictor } from "./gain-statistic.ts";
import { MeanOfTrees } from "./mean-of-trees.ts";
import type { FittedInRun, InRunModel, InRunTraining } from "./in-run-learner.ts";

/** How remaining gain is learned. */
export interface RemainingGainOptions {
  readonly seed: number;
  /** Most checkpoints of one run that a fit looks at. */
  readonly perRun: number;
  /** Most rows of one fit; runs give fewer checkpoints each where there are more. */
  readonly maxRows: number;
  /** Folds of groups by which the training runs' own statistics are held out. */
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
  maxRows: 40_000,
  nFolds: 4,
  groupPower: 0.5,
  boosting: { ...boostingDefaults, trees: 100, learningRate: 0.1, columnShare: 0.3 },
  losses: ["squared", { quantile: 0.6 }, { quantile: 0.7 }, { quantile: 0.8 }],
};

const magic = 0x53574731;

/**
 * Remaining gain: z = -g / max(1 - p, 0.02)^(1/4), with g the predicted square root of the quality that the rest of
 * the run would still add to the best checkpoint, and p the share of the plan that is done (without a plan the
 * divisor is 1). A run stops when too little is left to be gained. On the square-root scale one long late rise does
 * not drown the many small ones; the 0.8 quantile instead of the mean makes the prediction err on the side of going on.
 *
 * Works with any subset of signals missing: what is missing is a value of its own in every split.
 */
export class RemainingGainModel implements InRunModel {
  readonly #predictor: GainPredictor;

  constructor(predictor: GainPredictor) {
    this.#predictor = predictor;
  }

  /** The statistic at every checkpoint of a recorded run, by the streaming code, `[nCheckpoints]`. */
  series(curve: Curve, task: Task): Float64Array {
    return statistics(this.#predictor, featureRows(curve, task));
  }

  /** Starts the criterion for one run; with `state` it goes on where another left off. */
  criterion(context: StopperContext, state?: Json): StreamingCriterion {
    return new GainCriterion(this.#predictor, context, state);
  }

  /** The model as bytes; the same model gives the same bytes. */
  toBytes(): Uint8Array {
    const writer = new ByteWriter();
    writer.u32(magic);
    writer.json(rowFeatureNames);
    this.#predictor.write(writer);
    return writer.bytes();
  }

  /**
   * Reads what `toBytes` wrote.
   *
   * @throws {ModelFileError} when the bytes are no such model, or one over other features.
   */
  static fromBytes(bytes: Uint8Array): RemainingGainModel {
    const reader = new ByteReader(bytes);
    if (reader.u32() !== magic) {
      throw new ModelFileError("These bytes are no remaining-gain model.", "Retrain to write a new one.");
    }
    if (JSON.stringify(reader.json()) !== JSON.stringify(rowFeatureNames)) {
      throw new ModelFileError(
        "The remaining-gain model was made for other features.",
        "Retrain with this version, or use the version that made it.",
      );
    }
    return new RemainingGainModel(MeanOfTrees.read(reader));
  }
}

function statistics(predictor: GainPredictor, rows: Float64Array): Float64Array {
  const n = rows.length / nRowFeatures;
  return Float64Array.from({ length: n }, (_, index) =>
    statisticOf(predictor, rows.subarray(index * nRowFeatures, (index + 1) * nRowFeatures)),
  );
}

/**
 * Learns remaining gain from runs, and gives for each of them its statistic from a fit without its group. Runs that did
 * not reach their plan may be among them. Time is about linear in runs until `maxRows` is reached.
 *
 * @throws {InsufficientDataError} when fewer than two groups have a checkpoint to learn from.
 */
export function fitRemainingGain(
  training: InRunTraining,
  options: Partial<RemainingGainOptions> & { readonly seed: number },
): FittedInRun<RemainingGainModel> {
  const settings = { ...remainingGainDefaults, ...options };
  const { curves, tasks, groups } = training;
  const perRun = Math.max(2, Math.min(settings.perRun, Math.floor(settings.maxRows / curves.length)));
  const rows = sampleGainRows(curves, groups, { ...settings, perRun });
  const features = curves.map((curve, run) => featureRows(curve, tasks[run]!));
  const fold = groupFolds(groups, settings.nFolds, settings.seed);
  requireGroups(groups, rows);
  const heldOut = new Array<Float64Array>(curves.length);
  for (let k = 0; k < settings.nFolds; k++) {
    const own = positions(curves.length, (run) => fold[run] === k);
    if (own.length === 0) continue;
    const others = positions(rows.run.length, (row) => fold[rows.run[row]!] !== k);
    const predictor = fitPredictor(features, rows, { which: others, settings, name: `fold-${k}` });
    for (const run of own) heldOut[run] = statistics(predictor, features[run]!);
  }
  const all = positions(rows.run.length, () => true);
  return {
    model: new RemainingGainModel(fitPredictor(features, rows, { which: all, settings, name: "all" })),
    heldOut,
  };
}

function requireGroups(groups: ArrayLike<number | string>, rows: GainRows): void {
  const has = new Set(Array.from(rows.run, (run) => groups[run])).size;
  if (has >= 2) return;
  throw new InsufficientDataError(
    { has, needs: 2, what: "groups of runs with a checkpoint before their last" },
    "Ingest runs of more groups.",
  );
}

function fitPredictor(
  features: readonly Float64Array[],
  rows: GainRows,
  { which, settings, name }: { which: readonly number[]; settings: RemainingGainOptions; name: string },
): MeanOfTrees {
  const values = new Float64Array(which.length * nRowFeatures);
  which.forEach((row, index) => {
    const from = rows.checkpoint[row]! * nRowFeatures;
    values.set(features[rows.run[row]!]!.subarray(from, from + nRowFeatures), index * nRowFeatures);
  });
  const table = { values, nRows: which.length, nColumns: nRowFeatures };
  const roots = Float64Array.from(which, (row) => Math.sqrt(Math.max(0, rows.gain[row]!)));
  const weights = Float64Array.from(which, (row) => rows.weight[row]!);
  const members = settings.losses.map((loss, member) => {
    const seed = seedFor(settings.seed, `${name}/${member}`);
    return fitBoosting(table, roots, weights, { ...settings.boosting, loss, seed });
  });
  return new MeanOfTrees(members);
}
