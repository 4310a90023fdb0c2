import { describe, logOrMissing, type CheckpointFeature } from "./feature.ts";
import { growthFeatures, GrowthTracker } from "./growth.ts";
import { Memory } from "./memory.ts";
import { positionFeatures, PositionTracker } from "./position.ts";
import { noiseFeatures, qualityFeatures, QualityTracker } from "./quality.ts";
import { fallingFeatures, FallingTracker } from "./series.ts";
import type { CheckpointPlan, CheckpointSignals } from "./signals.ts";

const inf = Infinity;

const pairFeatures: readonly CheckpointFeature[] = [
  ...describe("trainLoss", [["trainEvalGap", "log(ratio)", -inf, inf]]),
  ...describe("learningRate", [
    ["learningRateLog", "log(rate)", -inf, inf],
    ["learningRateShare", "share of the largest so far", 0, 1],
  ]),
];

/** Every feature of a checkpoint, in the order of a feature row. */
export const checkpointFeatures: readonly CheckpointFeature[] = [
  ...positionFeatures,
  ...qualityFeatures,
  ...noiseFeatures,
  ...growthFeatures,
  ...fallingFeatures("evalLoss"),
  ...fallingFeatures("trainLoss"),
  ...fallingFeatures("gradNorm"),
  ...pairFeatures,
];

const memorySize = 192;

/** What `CheckpointExtractor.state` gives: JSON, with null for a missing number. */
export type CheckpointState = readonly (number | string | null)[];

/**
 * Turns the checkpoints of one run into feature rows, one at a time. It never looks ahead: a row is a function of
 * the plan and of the checkpoints up to its own. Any signal may be missing; what depends on it is then NaN. The
 * cost of an observation does not depend on the length of the run.
 *
 * @example
 * const extractor = new CheckpointExtractor(noPlan);
 * const row = extractor.observe({ step: 100, tokens: NaN, epoch: 1, quality: 0.4, evalLoss: 1.2,
 *   trainLoss: NaN, gradNorm: NaN, learningRate: NaN }); // Float64Array of checkpointFeatures.length
 */
export class CheckpointExtractor {
  readonly #memory = new Memory(memorySize);
  readonly #position: PositionTracker;
  readonly #quality: QualityTracker;
  readonly #growth: GrowthTracker;
  readonly #evalLoss: FallingTracker;
  readonly #trainLoss: FallingTracker;
  readonly #gradNorm: FallingTracker;
  readonly #learningRate: Float64Array;

  constructor(plan: CheckpointPlan) {
    this.#position = new PositionTracker(this.#memory, plan);
    this.#quality = new QualityTracker(this.#memory);
    this.#growth = new GrowthTracker(this.#memory);
    this.#evalLoss = new FallingTracker(this.#memory);
    this.#trainLoss = new FallingTracker(this.#memory);
    this.#gradNorm = new FallingTracker(this.#memory);
    this.#learningRate = this.#memory.take(2);
  }

  /** Evaluations seen so far. */
  get evals(): number {
    return this.#position.evals;
  }

  /** Best score so far; NaN before the first. */
  get best(): number {
    return this.#quality.best;
  }

  /** Share of the plan that is done; NaN without a plan. */
  get progress(): number {
    return this.#position.progress;
  }

  /**
   * Takes one checkpoint in and writes its feature row.
   *
   * @param signals the checkpoint, NaN where a signal is missing
   * @param out where the row goes, `[nFeatures]`; a new array when left out
   * @param at index in `out` at which the row starts
   */
  observe(
    signals: CheckpointSignals,
    out: Float64Array = new Float64Array(checkpointFeatures.length),
    at = 0,
  ): Float64Array {
    this.#position.observe(signals);
    const { evals } = this.#position;
    this.#quality.observe(signals.quality, this.#position);
    this.#growth.observe(this.#position, this.#quality);
    this.#evalLoss.observe(signals.evalLoss, evals);
    this.#trainLoss.observe(signals.trainLoss, evals);
    this.#gradNorm.observe(signals.gradNorm, evals);
    if (signals.learningRate >= 0) this.#learningRate[0] = signals.learningRate;
    if (!(signals.learningRate <= this.#learningRate[1]!) && signals.learningRate >= 0)
      this.#learningRate[1] = signals.learningRate;
    this.#write(out, at);
    return out;
  }

  #write(out: Float64Array, start: number): void {
    const { evals } = this.#position;
    let at = start;
    this.#position.write(out, at);
    at += positionFeatures.length;
    this.#quality.write(out, at, this.#position);
    at += qualityFeatures.length + noiseFeatures.length;
    this.#growth.write(out, at, this.#position, this.#quality);
    at += growthFeatures.length;
    for (const series of [this.#evalLoss, this.#trainLoss, this.#gradNorm]) {
      series.write(out, at, evals);
      at += 6;
    }
    out[at] = this.#evalLoss.log - this.#trainLoss.log;
    out[at + 1] = logOrMissing(this.#learningRate[0]!);
    out[at + 2] = this.#learningRate[0]! / this.#learningRate[1]!;
  }

  /** Everything that a resumed run needs to go on exactly. */
  state(): CheckpointState {
    return this.#memory.toJSON();
  }

  /** An extractor that goes on from a state; the plan must be the one it was made with. */
  static fromState(plan: CheckpointPlan, state: CheckpointState): CheckpointExtractor {
    const extractor = new CheckpointExtractor(plan);
    extractor.#memory.restore(state);
    return extractor;
  }
}
