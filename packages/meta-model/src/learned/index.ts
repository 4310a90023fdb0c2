export { featureRows, rowFeatureNames } from "./feature-rows.ts";
export { remainingGain } from "./gain-rows.ts";
export type { FittedInRun, InRunLearner, InRunModel, InRunTraining } from "./in-run-learner.ts";
export type { PromisedThreshold } from "./levels.ts";
export { RemainingGainModel } from "./remaining-gain-model.ts";
export {
  fitRemainingGain,
  remainingGainDefaults,
  remainingGainLearner,
  type RemainingGainOptions,
} from "./remaining-gain.ts";
export { ridgeGainLearner } from "./ridge-gain.ts";
export {
  calibrateThreshold,
  riskOfThresholds,
  thresholdGrid,
  type ChosenThreshold,
  type ThresholdBound,
  type ThresholdSample,
} from "./threshold.ts";
export { valueIterationLearner } from "./value-iteration.ts";
