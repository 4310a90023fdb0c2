export type { Bound } from "./certificates/bound.ts";
export { recommendFrom } from "./recommendation/recommend-from.ts";
export type { Expressible, RecommendOptions } from "./recommendation/options.ts";
export { deserializeModel, serializeModel, StopwiseModel } from "./model/stopwise-model.ts";
export { learnedCriteria } from "./model/learned-criteria.ts";
export type { LearnedAnswer } from "./model/answers.ts";
