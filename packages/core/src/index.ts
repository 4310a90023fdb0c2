export {
  curveOf,
  groupOf,
  planOf,
  planReached,
  reachedPlan,
  toldGroupOf,
  type Curve,
  type CurveSeries,
} from "./curve.ts";
export { plannedStepsOf, type StepPlan } from "./planned-steps.ts";
export { decisionSchema, type Decision } from "./decision.ts";
export {
  InsufficientDataError,
  InvalidInputError,
  LogFormatError,
  ModelFileError,
  NotFittedError,
  StopwiseError,
  StoreBusyError,
  type ErrorCode,
} from "./errors.ts";
export { ruleOf } from "./issue.ts";
export { modelFacts, type ModelFacts } from "./model-name.ts";
export { jsonSchemas, type DocumentName } from "./json-schemas.ts";
export {
  liveAdviceSchema,
  liveCheckpointSchema,
  liveDecisionSchema,
  liveEndSchema,
  liveErrorSchema,
  liveModeSchema,
  liveRecordedSchema,
  liveRunNameSchema,
  liveStartSchema,
  type LiveAdvice,
  type LiveCheckpointMessage,
  type LiveDecision,
  type LiveEnd,
  type LiveError,
  type LiveMode,
  type LiveRecorded,
  type LiveSaved,
  type LiveStart,
} from "./live-messages.ts";
export { directionOf, metricClassOf, metricClassSchema, type MetricClass } from "./metric.ts";
export { costUnitSchema, outcomeSchema, type CostUnit, type Outcome } from "./outcome.ts";
export {
  compositePolicySchema,
  deliverySchema,
  monitorSchema,
  nanRuleSchema,
  neverStop,
  policyActionSchema,
  policySchema,
  simplePolicySchema,
  warmupSchema,
  type CompositePolicy,
  type Delivery,
  type Monitor,
  type NanRule,
  type Policy,
  type PolicyAction,
  type SimplePolicy,
  type Warmup,
} from "./policy.ts";
export {
  certificateSchema,
  evidenceSchema,
  recommendationSchema,
  type Certificate,
  type Evidence,
  type Population,
  type Recommendation,
} from "./recommendation.ts";
export {
  checkpointSchema,
  endSchema,
  runRecordSchema,
  type Checkpoint,
  type End,
  type RunRecord,
} from "./run.ts";
export { populationOf, regimeOf, regimeSchema, type PopulationName, type Regime } from "./regime.ts";
export { taskSchema, type Task } from "./task.ts";
export {
  binomialUpperTail,
  binomialCdf,
  binomialLowerBound,
  binomialUpperBound,
} from "./statistics/binomial.ts";
export { weightedQuantile } from "./statistics/weighted-quantile.ts";
export { parseWith, got } from "./parse-with.ts";
export { uniformAt } from "./uniform-at.ts";
export { field, type Json, packNumber, unpackNumber, canonicalJson } from "./json.ts";
export { normalCdf, upperNormalQuantile } from "./statistics/normal.ts";
export { sha256 } from "./sha256.ts";
export { nearest } from "./nearest.ts";
export { hasDecimalComma, readLoss, readNumber, readShare, type WrittenLoss } from "./quantity.ts";
export { scheduleName, schedules } from "./schedule.ts";
