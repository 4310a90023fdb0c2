export { answerOutcomes, evaluateAnswers, type AnswerEvaluation, type AnswerRow } from "./answer-outcomes.ts";
export {
  answerPortfolio,
  describeAnswerPolicy,
  parseAnswerPolicy,
  type AnswerPolicy,
} from "./answer-policy.ts";
export { createAnswerStopper, type AnswerDecision, type AnswerStopper } from "./answer-stopper.ts";
export { questionOf, type Question, type QuestionRecord } from "./question.ts";
export {
  evaluateQuestions,
  type AnswerBound,
  type QuestionReport,
  type QuestionRow,
} from "./question-report.ts";
export { answerCriteria } from "./criteria/index.ts";
