export type { Bound } from "./certificates/bound.ts";
export { recommendFrom, type RecommendOptions } from "./model/recommend-from.ts";
export { deserializeModel, serializeModel, StopwiseModel } from "./model/stopwise-model.ts";
export { learnedCriteria } from "./model/learned-criteria.ts";
export type { LearnedAnswer } from "./model/learned-part.ts";
