export type { AnswerEvaluation, AnswerRow } from "./answer-outcomes.ts";
export type { AnswerPolicy } from "./answer-policy.ts";
export { createAnswerStopper, type AnswerDecision, type AnswerStopper } from "./answer-stopper.ts";
export { questionOf, type Question, type QuestionRecord } from "./question.ts";
export {
  evaluateQuestions,
  type AnswerBound,
  type QuestionReport,
  type QuestionRow,
} from "./question-report.ts";
