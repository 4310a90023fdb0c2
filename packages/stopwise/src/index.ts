export {
  differenceOf,
  targetList,
  trainers,
  type Fidelity,
  type Trainer,
  type TrainerConfig,
} from "@stopwise/trainers";
export {
  curveOf,
  InvalidInputError,
  ModelFileError,
  StopwiseError,
  type Decision,
  type Policy,
  type Recommendation,
  type RunRecord,
  type Task,
} from "@stopwise/core";
export { StopwiseModel } from "@stopwise/meta-model/predict";
export {
  adaptiveThreshold,
  describePolicy,
  nextRun,
  parsePolicy,
  recordAudit,
  replaySweep,
  type AdaptiveSettings,
  type AdaptiveThreshold,
  type LiveCheckpoint,
  type NextRun,
  type Stopper,
  type SweepOutcome,
  type SweepRule,
} from "@stopwise/policies";
export { createAnswerStopper, type AnswerDecision, type AnswerStopper } from "@stopwise/answers";
export { type Json } from "@stopwise/core";
export { adviseFrom, recommend, type Advice } from "./library/advice.ts";
export { loadModel } from "./library/model-source.ts";
export type { Request } from "./library/request.ts";
export { createStopper, type StopperOptions } from "./library/stopper.ts";
export {
  startTraining,
  untilStopped,
  type Decided,
  type Evaluation,
  type Training,
  type TrainingStart,
} from "./library/training.ts";
export {
  tensorflowCallbacks,
  type EpochLogs,
  type StoppableModel,
  type TensorflowCallbacks,
  type TensorflowOptions,
} from "./library/tensorflow.ts";
