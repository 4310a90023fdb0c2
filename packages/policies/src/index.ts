export {
  adaptiveThreshold,
  nextRun,
  recordAudit,
  type AdaptiveSettings,
  type AdaptiveThreshold,
  type NextRun,
} from "./adaptive/adaptive-threshold.ts";
export { contextOf } from "./stopper/context.ts";
export type { CriterionFactory, PlannedLength, StopperContext } from "./statistic/contract.ts";
export { criteria } from "./criteria/index.ts";
export {
  crosses,
  type CriterionDefinition,
  type CriterionSetup,
  type NestedParameter,
} from "./statistic/criterion.ts";
export type { SeriesWork, StreamingCriterion } from "./statistic/contract.ts";
export { describePolicy } from "./policy/describe-policy.ts";
export { firstPassages, passageTable } from "./replay/first-passage.ts";
export { hindsight, tailHindsight, type Hindsight } from "./replay/hindsight.ts";
export { noiseFloor } from "./replay/noise-floor.ts";
export type { LiveCheckpoint, Scale } from "./stopper/live-checkpoint.ts";
export { observationAt, type Observation } from "./stopper/observation.ts";
export { outcomeAt, outcomeTable, type OutcomeTable } from "./replay/outcome.ts";
export {
  criterionSeries,
  outcomeMatrix,
  type OutcomeMatrix,
  type OutcomeMatrixOptions,
} from "./replay/outcome-matrix.ts";
export { pairedOutcomes, type PairedOutcomes, type RunPair } from "./replay/paired-outcomes.ts";
export { parsePolicy } from "./policy/parse-policy.ts";
export { policyHash } from "./policy/policy-hash.ts";
export { isPlainPatience, plainPatiencePolicies } from "./policy/plain-patience.ts";
export { defaultPortfolio, ratchetPortfolio } from "./policy/portfolio.ts";
export { replay, type Replayed } from "./replay/replay.ts";
export { createStopper, type Stopper } from "./stopper/stopper.ts";
export { replaySweep, type SweepOutcome, type SweepRule } from "./sweep/sweep-rule.ts";
export { emptyMatrix } from "./replay/outcome-matrix.ts";
export { shortNumber } from "./policy/words.ts";
export { stalenessSchema } from "./criteria/staleness.ts";
export { isWarm } from "./stopper/warmup.ts";
