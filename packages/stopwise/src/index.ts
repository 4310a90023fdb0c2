export { adapters, type Fidelity, type TrainerConfig } from "@stopwise/adapters";
export {
  InvalidInputError,
  ModelFileError,
  StopwiseError,
  type Decision,
  type Policy,
  type Recommendation,
  type Task,
} from "@stopwise/core";
export { StopwiseModel } from "@stopwise/meta-model/predict";
export {
  describePolicy,
  parsePolicy,
  type Json,
  type LiveCheckpoint,
  type Stopper,
} from "@stopwise/policies";
export { adviseFrom, recommend, type Advice } from "./library/advice.ts";
export { loadModel } from "./library/model-source.ts";
export type { Request } from "./library/request.ts";
export { createStopper, type StopperOptions } from "./library/stopper.ts";
