export { nRowFeatures, rowFeatureNames } from "./in-run/feature-rows.ts";
export { fitRowsGain, type FittedRows } from "./in-run/rows-fit.ts";
export {
  joinRows,
  mostRowsOfRun,
  outcomesOfThresholds,
  rowsOfRuns,
  stopRowsOf,
  type StopRows,
} from "./in-run/stop-rows.ts";
export type { FittedInRun, InRunLearner, InRunModel, InRunTraining } from "./in-run/in-run-learner.ts";
export type { PromisedThreshold } from "./in-run/levels.ts";
export { RemainingGainModel } from "./in-run/remaining-gain-model.ts";
export {
  fitRemainingGain,
  remainingGainDefaults,
  remainingGainLearner,
  type RemainingGainOptions,
} from "./in-run/remaining-gain.ts";
export { ridgeGainLearner } from "./in-run/compared/ridge-gain.ts";
export {
  calibrateThreshold,
  riskOfThresholds,
  type ChosenThreshold,
  type ThresholdBound,
  type ThresholdSample,
} from "./in-run/threshold.ts";
export { valueIterationLearner } from "./in-run/compared/value-iteration.ts";
export { TaskDistance } from "./estimators/task-distance.ts";
export type { Estimator, FittedEstimator, Neighbours, TrainingSet } from "./estimators/estimator.ts";
export type { ForestTree } from "./estimators/forest-tree.ts";
export { FittedForest } from "./estimators/forest.ts";
export { FittedKernel, type Smoothing } from "./estimators/kernel.ts";
export { GroupTotals } from "./estimators/weighted-mean.ts";
export { constant, forest, kernel, nearestTask, ridge } from "./estimators/index.ts";
