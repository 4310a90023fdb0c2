import { adaptiveConsistency } from "./adaptive-consistency.ts";
import type { AnswerCriterion } from "../answer-criterion.ts";
import { answerWindow } from "./answer-window.ts";
import { earlyStoppingSelfConsistency } from "./early-stopping-self-consistency.ts";
import { voteMajority } from "./vote-majority.ts";
import { votePosterior } from "./vote-posterior.ts";

const all: readonly AnswerCriterion[] = [
  voteMajority,
  votePosterior,
  answerWindow,
  adaptiveConsistency,
  earlyStoppingSelfConsistency,
];

/** Every criterion over sampled answers by name. */
export const answerCriteria: ReadonlyMap<string, AnswerCriterion> = new Map(all.map((it) => [it.name, it]));
