export type { Bound } from "./certificates/bound.ts";
export { groupsNeeded } from "./certificates/missing-groups.ts";
export { paretoFront } from "./choice/pareto.ts";
export { recommendFrom } from "./recommendation/recommend-from.ts";
export type { Expressible, RecommendOptions } from "./recommendation/options.ts";
export { deserializeModel, serializeModel, StopwiseModel } from "./model/stopwise-model.ts";
export { trainLearned, type LearnedTask } from "./training/train-learned.ts";
export {
  finishTraining,
  prepareTraining,
  trainModel,
  trainStartParts,
  type TrainOptions,
} from "./training/train-model.ts";
export type { Section } from "./file/container.ts";
export type { Replayer } from "./portfolio/experience.ts";
export { nTargetsOf, type PolicyPrediction, predictionOf, riskOf, targetsOf } from "./choice/prediction.ts";
export { boundedLoss, clipOf, levelOf } from "./certificates/bound.ts";
export { sampleOf, levelQualities, type Sample } from "./choice/level-quality.ts";
export { groupRisk, safetyEnvelope, type GroupRisk } from "./certificates/group-risk.ts";
export { fixedSequenceTest } from "./certificates/high-probability.ts";
export { conformalRiskControl } from "./certificates/risk-control.ts";
export { experienceOf, type Experience } from "./portfolio/experience.ts";
export { type LevelOutcomes, atLevel, startOf, outcomesOfSettings } from "./choice/level-outcomes.ts";
export { calibrate } from "./certificates/calibrate.ts";
export {
  isSafe,
  neverQuality,
  severityOf,
  type Judged,
  type Margin,
  type Quality,
} from "./choice/decision-quality.ts";
export { DistanceGate } from "./choice/distance-gate.ts";
export { configurationOf } from "./portfolio/configuration.ts";
export { hypervolume, hypervolumeReference } from "./choice/hypervolume.ts";
export { chooseAlong, choiceLevels, type ChoiceRule } from "./choice/choose.ts";
export { trainingPart, type TrainingPart } from "./choice/training-part.ts";
export { rowsOf } from "./portfolio/outcome-table.ts";
export type { TradeOff } from "./choice/pareto.ts";
export { tauGrid } from "./portfolio/policy-family.ts";
export { classOf } from "./portfolio/classes.ts";
export { openExperience, packExperience, type ExperiencePack, type PackHeader } from "./experience/pack.ts";
export { pastAmong, pastOf, populationOfRun, type Past, type PastRun } from "./experience/past.ts";
export { experienceGrid } from "./experience/portfolio.ts";
export { unnamed } from "./experience/unnamed.ts";
export { learnedCriteria } from "./model/learned-criteria.ts";
export type { LearnedAnswer } from "./model/answers.ts";
export { cautionFor } from "./choice/caution.ts";
