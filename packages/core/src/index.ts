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
export type { StepPlan } from "./planned-steps.ts";
export { decisionSchema, type Decision } from "./decision.ts";
export {
  InsufficientDataError,
  InvalidInputError,
  LogFormatError,
  ModelFileError,
  StopwiseError,
  StoreBusyError,
  type ErrorCode,
} from "./errors.ts";
export { ruleOf } from "./issue.ts";
export { modelFacts, type ModelFacts } from "./model-name.ts";
export { jsonSchemas, type DocumentName } from "./json-schemas.ts";
export {
  liveCheckpointSchema,
  liveEndSchema,
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
export { metricClassOf, metricClassSchema, type MetricClass } from "./metric.ts";
export { outcomeSchema, type CostUnit, type Outcome } from "./outcome.ts";
export {
  compositePolicySchema,
  neverStop,
  policySchema,
  simplePolicySchema,
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
  recommendationSchema,
  type Certificate,
  type Evidence,
  type Population,
  type Recommendation,
} from "./recommendation.ts";
export { endSchema, runRecordSchema, type Checkpoint, type End, type RunRecord } from "./run.ts";
export { populationOf, regimeOf, regimeSchema, type PopulationName, type Regime } from "./regime.ts";
export { taskSchema, type Task } from "./task.ts";
export { binomialUpperTail, binomialCdf } from "./statistics/binomial.ts";
export { logGamma } from "./statistics/gamma.ts";
export { lowerMedian, upperMedian } from "./statistics/summary.ts";
export { weightedQuantile } from "./statistics/weighted-quantile.ts";
export { parseWith, got } from "./parse-with.ts";
export { uniformAt } from "./uniform-at.ts";
export { field, type Json, packNumber, unpackNumber, canonicalJson } from "./json.ts";
export { normalCdf, upperNormalQuantile } from "./statistics/normal.ts";
export { sha256 } from "./sha256.ts";
export { nearest } from "./nearest.ts";
export { hasDecimalComma, readLoss, readNumber, readShare, type WrittenLoss } from "./quantity.ts";
export { scheduleName, schedules } from "./schedule.ts";
export { plannedStepsOf } from "./planned-steps.ts";
