export { CheckpointExtractor, checkpointFeatures, type CheckpointState } from "./checkpoint/extractor.ts";
export type { CheckpointFeature, FeatureSource } from "./checkpoint/feature.ts";
export type { CheckpointPlan, CheckpointSignals } from "./checkpoint/signals.ts";
export { taskFeatureList, taskFeatures, type TaskFeature } from "./task/task-features.ts";
export { taskOf } from "./task/task-of.ts";
