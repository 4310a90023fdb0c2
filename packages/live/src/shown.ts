export type { PastRun } from "./ended-runs.ts";
export type { FeedbackRate } from "./feedback.ts";
export type { RunPicture, RunSummary } from "./run-picture.ts";
