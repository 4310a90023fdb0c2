import { type Curve, type Json, ModelFileError, type Task } from "@stopwise/core";
import type { StopperContext, StreamingCriterion } from "@stopwise/policies";
import { ByteReader, ByteWriter } from "../trees/bytes.ts";
import { featureRows, nRowFeatures, rowFeatureNames } from "./feature-rows.ts";
import { GainCriterion } from "./gain-criterion.ts";
import { statisticsOf, statisticsOfRuns } from "./gain-statistic.ts";
import type { InRunModel } from "./in-run-learner.ts";
import { promisedThreshold, readLevels, writeLevels, type Levels, type PromisedThreshold } from "./levels.ts";
import { MeanOfTrees } from "./mean-of-trees.ts";
import type { ThresholdBound } from "./threshold.ts";

/** What was learned from the runs of one kind. */
export interface GainHead {
  readonly predictor: MeanOfTrees;
  /** Absent where no statistics were held out. */
  readonly levels?: Levels;
}

type Kind = Curve["kind"];
const kinds: readonly Kind[] = ["quality", "loss"];
const magic = 0x53574733;

/**
 * Remaining gain: z = -g / max(1 - p, 0.02)^(1/4), with g the predicted square root of the quality that the rest of
 * the run would still add to the best checkpoint, and p the share of the plan that is done (without a plan, and for
 * runs of a loss only, the divisor is 1). A run stops when too little is left to be gained. On the square-root scale one long late rise does
 * not drown the many small ones; the mean of several quantiles with the mean makes the prediction err on the side of
 * going on. For runs of a loss only the gain is the relative fall of the eval loss that is still to come, at most 0.2.
 *
 * Works with any subset of signals missing: what is missing is a value of its own in every split. A kind of run that
 * was not learned from has NaN throughout, which never stops.
 */
export class RemainingGainModel implements InRunModel {
  readonly #heads: Readonly<Partial<Record<Kind, GainHead>>>;

  constructor(heads: Readonly<Partial<Record<Kind, GainHead>>>) {
    this.#heads = heads;
  }

  /** The statistic at every checkpoint of a recorded run, by the streaming code, `[nCheckpoints]`. */
  series(curve: Curve, task: Task): Float64Array {
    const head = this.#heads[curve.kind];
    if (head === undefined) return new Float64Array(curve.nCheckpoints).fill(Number.NaN);
    return statisticsOf(head.predictor, featureRows(curve, task));
  }

  /** The series of many runs, as `series` gives that of each. */
  allSeries(curves: readonly Curve[], tasks: readonly Task[]): Float64Array[] {
    const all: Float64Array[] = curves.map(({ nCheckpoints }) =>
      new Float64Array(nCheckpoints).fill(Number.NaN),
    );
    for (const kind of kinds) {
      const head = this.#heads[kind];
      const own = [...curves.keys()].filter((run) => curves[run]!.kind === kind);
      if (head === undefined) continue;
      const found = statisticsOfRuns(
        head.predictor,
        own.map((run) => curves[run]!),
        own.map((run) => tasks[run]!),
      );
      own.forEach((run, k) => (all[run] = found[k]!));
    }
    return all;
  }

  /** The statistic of every row, `[nRows, nRowFeatures]`, of runs of a kind; NaN throughout where it was not learned from. */
  statistics(features: Float64Array, kind: Kind): Float64Array {
    const head = this.#heads[kind];
    if (head === undefined) return new Float64Array(features.length / nRowFeatures).fill(Number.NaN);
    return statisticsOf(head.predictor, features);
  }

  /**
   * Starts the criterion for one run; with `state` it goes on where another left off.
   *
   * @param context the task and the plan; a task of metric class `loss` is followed by its eval loss
   * @param state what `state()` of the criterion gave
   */
  criterion(context: StopperContext, state?: Json): StreamingCriterion {
    const kind = context.task?.metricClass === "loss" ? "loss" : "quality";
    const head = this.#heads[kind];
    if (head === undefined) return { observe: () => Number.NaN, state: () => null };
    return new GainCriterion({ head: head.predictor, kind }, context, state);
  }

  /**
   * The threshold that kept a bound on the training runs, by statistics held out by group: a promise, no certificate.
   * `undefined` where nothing was held out or no run of the kind was learned from.
   */
  promise(bound: ThresholdBound, kind: Kind = "quality"): PromisedThreshold | undefined {
    const levels = this.#heads[kind]?.levels;
    return levels === undefined ? undefined : promisedThreshold(levels, bound);
  }

  /** The model as bytes; the same model gives the same bytes. */
  toBytes(): Uint8Array {
    const writer = new ByteWriter();
    writer.u32(magic);
    writer.json(rowFeatureNames);
    for (const kind of kinds) {
      const head = this.#heads[kind];
      writer.u32(head === undefined ? 0 : head.levels === undefined ? 1 : 2);
      head?.predictor.write(writer);
      if (head?.levels !== undefined) writeLevels(writer, head.levels);
    }
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
    const heads: Partial<Record<Kind, GainHead>> = {};
    for (const kind of kinds) {
      const parts = reader.u32();
      if (parts === 0) continue;
      const predictor = MeanOfTrees.read(reader);
      heads[kind] = parts === 1 ? { predictor } : { predictor, levels: readLevels(reader) };
    }
    return new RemainingGainModel(heads);
  }
}
