export {
  binomialCdf,
  binomialLowerBound,
  binomialUpperBound,
  binomialUpperTail,
} from "./certificates/binomial.ts";
export { checkBound, type Bound } from "./certificates/bound.ts";
export { conformalQuantile } from "./certificates/conformal-quantile.ts";
export { groupsNeeded, missingGroups } from "./certificates/missing-groups.ts";
export { paretoFront } from "./choice/pareto.ts";
export { ablation, type AblationOptions, type AblationRow } from "./referee/ablation.ts";
export { coverageOf, type Coverage, type CoverageOptions, type CoverageRow } from "./referee/coverage.ts";
export { evaluate, type EvaluateOptions } from "./referee/evaluate.ts";
export {
  fewShot,
  fewShotBounds,
  type FewShotMethod,
  type FewShotOptions,
  type FewShotPoint,
} from "./referee/few-shot.ts";
export type { OwnRunsUse } from "./referee/own-runs-kernel.ts";
export type { FittedInRun, InRunLearner, InRunModel, InRunTraining } from "./learned/in-run-learner.ts";
export type {
  EvaluateReport,
  EvaluateRow,
  MethodHypervolume,
  RowBound,
  Selection,
} from "./referee/report.ts";
export { recommendFrom, type RecommendOptions } from "./model/recommend-from.ts";
export { deserializeModel, serializeModel, StopwiseModel } from "./model/stopwise-model.ts";
export { trainLearned, type LearnedTask } from "./model/train-learned.ts";
export {
  finishTraining,
  prepareTraining,
  trainModel,
  trainStartParts,
  type TrainOptions,
} from "./model/train-model.ts";
export type { Section } from "./model/container.ts";
export type { Replayer } from "./portfolio/experience.ts";
export { fitRemainingGain } from "./learned/remaining-gain.ts";
export { calibrateThreshold } from "./learned/threshold.ts";
