/** What an estimator learns from: past runs with their task features and their targets. */
export interface TrainingSet {
  /** Task features of each run, `[nRuns][nFeatures]`; NaN where unknown. */
  readonly features: readonly Float64Array[];
  /** Per feature: whether values are compared by distance or by equality, `[nFeatures]`. */
  readonly kinds: readonly ("number" | "category")[];
  /** What is predicted, `[nRuns, nTargets]`; for a policy its saving, its EM loss, whether it broke a bound. */
  readonly targets: Float32Array;
  readonly nTargets: number;
  /** Weight of each run, `[nRuns]`, > 0. */
  readonly weights: Float64Array;
  /** Group number of each run, `[nRuns]`. */
  readonly groups: Int32Array;
}

/**
 * Runs and how much each counts; the weights of one prediction sum to 1. An estimator may give views on room that it
 * uses again: they hold until it is asked next.
 */
export interface Neighbours {
  readonly runs: Int32Array;
  readonly weights: Float64Array;
}

/** An estimator after fitting. */
export interface FittedEstimator {
  /** Expected targets `[nTargets]` of a task with these features `[nFeatures]`. */
  predict(features: Float64Array): Float64Array;
  /** The same for training run `run`, from a fit that has seen no run of its group. */
  predictHeldOut(run: number): Float64Array;
  /** The past runs that speak for a prediction, heaviest first; absent where an estimator has none. */
  neighbours?(features: Float64Array): Neighbours;
}

/** Options of a fit. */
export interface FitOptions {
  readonly seed: number;
}

/** Predicts, for a new task, the expected targets of every policy. Same training set and seed, same predictions. */
export interface Estimator {
  readonly name: string;
  /** @throws InsufficientDataError when there is no run to learn from */
  fit(training: TrainingSet, options: FitOptions): FittedEstimator;
}
