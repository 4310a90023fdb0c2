export {
  adaptiveThreshold,
  nextRun,
  recordAudit,
  type AdaptiveSettings,
  type AdaptiveThreshold,
  type NextRun,
} from "./adaptive/adaptive-threshold.ts";
export {
  answerOutcomes,
  evaluateAnswers,
  type AnswerEvaluation,
  type AnswerRow,
} from "./answers/answer-outcomes.ts";
export {
  answerPortfolio,
  describeAnswerPolicy,
  parseAnswerPolicy,
  type AnswerPolicy,
} from "./answers/answer-policy.ts";
export { createAnswerStopper, type AnswerDecision, type AnswerStopper } from "./answers/answer-stopper.ts";
export { questionOf, type Question, type QuestionRecord } from "./answers/question.ts";
export {
  evaluateQuestions,
  type AnswerBound,
  type QuestionReport,
  type QuestionRow,
} from "./answers/question-report.ts";
export { answerCriteria } from "./answers/registry.ts";
export { contextOf, type CriterionFactory, type PlannedLength, type StopperContext } from "./context.ts";
export { criteria } from "./criteria.ts";
export {
  crosses,
  type CriterionDefinition,
  type CriterionSetup,
  type SeriesWork,
  type NestedParameter,
  type StreamingCriterion,
} from "./criterion.ts";
export { canStop, changesLearningRate, conditionInWords, describePolicy } from "./describe-policy.ts";
export { defaultMinDelta } from "./evaluation-noise.ts";
export { firstPassages, passageTable } from "./first-passage.ts";
export { hindsight, tailHindsight, type Hindsight } from "./hindsight.ts";
export { canonicalJson, type Json } from "./json.ts";
export { evaluationNoise, noiseFloor } from "./noise-floor.ts";
export { observationAt, type LiveCheckpoint, type Observation } from "./observation.ts";
export { outcomeAt, outcomeTable, type OutcomeTable } from "./outcome.ts";
export {
  criterionSeries,
  outcomeMatrix,
  type OutcomeMatrix,
  type OutcomeMatrixOptions,
} from "./outcome-matrix.ts";
export { pairedOutcomes, type PairedOutcomes, type RunPair } from "./paired-outcomes.ts";
export { parsePolicy } from "./parse-policy.ts";
export { policyHash } from "./policy-hash.ts";
export { defaultPortfolio, portfolioFor } from "./portfolio.ts";
export { replay, type Replayed } from "./replay.ts";
export { replayCases, type CaseResult, type CasesResult } from "./semantics/replay-cases.ts";
export { replaySemantics, type ReplayedSemantics } from "./semantics/replay-semantics.ts";
export { semantics, semanticsOf } from "./semantics/registry.ts";
export {
  stopIndex,
  trainerStop,
  type TrainerSettingsInput,
  type TrainerStop,
} from "./semantics/stop-index.ts";
export type { TrainerSemantics, TrainerSettings } from "./semantics/trainer-semantics.ts";
export { sha256 } from "./sha256.ts";
export { createStopper, type Stopper } from "./stopper.ts";
export { replaySweep, type SweepOutcome, type SweepRule } from "./sweep/sweep-rule.ts";
