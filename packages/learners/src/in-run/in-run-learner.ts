import type { Curve, Task } from "@stopwise/core";

/** Runs that an in-run criterion is learned from; entries of the three arrays belong together, `[nRuns]`. */
export interface InRunTraining {
  readonly curves: readonly Curve[];
  /** What was known about each run before it started. */
  readonly tasks: readonly Task[];
  /** Group of each run: never split between fitting and holding out. */
  readonly groups: ArrayLike<number | string>;
  /** Whether each run was recorded to its plan, so that thresholds may be chosen on it; all were when left out. */
  readonly complete?: readonly boolean[];
}

/** A learned criterion together with honest statistics for the runs it was learned from. */
export interface FittedInRun<Model extends InRunModel = InRunModel> {
  /** Fitted on all training runs. */
  readonly model: Model;
  /**
   * The statistic of each training run from a fit that saw no run of its group, `[nRuns][nCheckpoints]`: what
   * thresholds are chosen on.
   */
  readonly heldOut: readonly Float64Array[];
}

/** A statistic of a curve so far; the run stops at the first admissible checkpoint where it reaches a threshold. */
export interface InRunModel {
  /** The statistic at every checkpoint, computed by the code that runs live, `[nCheckpoints]`; NaN never crosses. */
  series(curve: Curve, task: Task): Float64Array;
  /** The series of many runs, `[nRuns][nCheckpoints]`, where there is a faster way. */
  allSeries?(curves: readonly Curve[], tasks: readonly Task[]): Float64Array[];
}

/** A way of learning an in-run criterion. */
export interface InRunLearner {
  readonly name: string;
  /** Learns from runs; the same runs and seed give the same criterion. */
  fit(training: InRunTraining, options: { readonly seed: number }): FittedInRun;
}
