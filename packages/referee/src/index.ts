export { ablation, type AblationOptions, type AblationRow } from "./studies/ablation.ts";
export { coverageOf, type Coverage, type CoverageOptions, type CoverageRow } from "./coverage.ts";
export { evaluate, type EvaluateOptions } from "./evaluate.ts";
export { evaluateModel, type EvaluateModelOptions } from "./evaluate-model.ts";
export { fewShot, fewShotBounds, type FewShotOptions } from "./studies/few-shot.ts";
export type { FewShotMethod, FewShotPoint } from "./studies/few-shot-point.ts";
export type { OwnRunsUse } from "./studies/own-runs-kernel.ts";
export type { EvaluateReport, EvaluateRow, MethodHypervolume, RowBound, Selection } from "./report.ts";
