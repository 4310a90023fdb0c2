import type { Curve, RunRecord } from "@stopwise/core";

/** A run as an in-run learner sees it. */
export interface LearnerRun {
  readonly run: RunRecord;
  readonly curve: Curve;
  /** Group number. */
  readonly group: number;
  /** Whether the run was recorded to its plan. */
  readonly complete: boolean;
}

/** A criterion that was learned. */
export interface InRunModel {
  /**
   * The statistic z of a curve, `[nCheckpoints]`: larger means nearer to a stop, causal in the checkpoints; NaN where
   * there is none yet.
   */
  series(run: LearnerRun): Float64Array;
  /** The same for training run `index`, from a fit that has seen no run of its group. */
  heldOutSeries(index: number): Float64Array;
}

/** Learns a stopping criterion from past runs. Same runs and seed, same model. */
export interface InRunLearner {
  readonly name: string;
  fit(runs: readonly LearnerRun[], options: { seed: number }): InRunModel;
}
