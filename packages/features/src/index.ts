export { taskFeatureList, taskFeatures, type TaskFeature } from "./task/task-features.ts";
export { canonicalFamily, taskOf } from "./task/task-of.ts";
