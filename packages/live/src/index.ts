export { absorbLiveRuns } from "./absorb.ts";
export { Conversation, errorMessage, parseMessage, type LiveMessage } from "./conversation.ts";
export type { EndedRun, PastRun } from "./ended-runs.ts";
export { FeedbackBook, type FeedbackRate, type Population } from "./feedback.ts";
export type { JournalContent } from "./journal.ts";
export { LiveRun } from "./live-run.ts";
export { rateWords } from "./summary.ts";
export type { LearnedOption, LiveAnswer, LiveQuestion, LiveSurroundings } from "./surroundings.ts";
