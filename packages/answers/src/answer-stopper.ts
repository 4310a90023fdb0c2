import { crosses, shortNumber } from "@stopwise/policies";
import {
  answerCriterionOf,
  describeAnswerPolicy,
  parseAnswerPolicy,
  type AnswerPolicy,
} from "./answer-policy.ts";
import { BallotBox } from "./ballot.ts";

/** What an answer stopper says after a sample. */
export interface AnswerDecision {
  readonly action: "continue" | "stop";
  readonly reason: string;
  readonly criterion: string;
  /** The statistic; null where there is none or it is infinite. */
  readonly value: number | null;
  readonly threshold: number | null;
  /** The majority so far, to answer with; null before any vote. */
  readonly answer: string | null;
  readonly nSamples: number;
  /** Answer tokens so far. */
  readonly tokens: number;
}

/** Decides after each sampled answer of one question whether to draw another. */
export class AnswerStopper {
  readonly policy: AnswerPolicy;
  readonly #planned: number;
  #box = new BallotBox();
  #tokens = 0;
  #stopped: AnswerDecision | null = null;

  constructor(policy: unknown, options: { plannedSamples?: number } = {}) {
    this.policy = parseAnswerPolicy(policy);
    this.#planned = options.plannedSamples ?? Number.NaN;
  }

  /** Takes the next sampled answer; null where none could be read. A stop is final. */
  observe(sample: { answer: string | null; tokens?: number }): AnswerDecision {
    if (this.#stopped !== null) return this.#stopped;
    this.#tokens += sample.tokens ?? 0;
    const ballot = this.#box.add(sample.answer);
    const { threshold, minSamples, params } = this.policy;
    const criterion = answerCriterionOf(this.policy);
    const value = criterion.statistic(ballot, params, this.#planned);
    const stop = ballot.nSamples >= minSamples && crosses(value, threshold, ">=");
    const sentence = describeAnswerPolicy(this.policy);
    const condition = sentence.slice("Stop sampling when ".length, sentence.lastIndexOf("; answer"));
    const decision: AnswerDecision = {
      action: stop ? "stop" : "continue",
      reason: stop
        ? `Stopped because ${value === Infinity ? "no further sample can change the majority" : condition}.`
        : `Going on: ${criterion.name} is ${shortNumber(value)}.`,
      criterion: criterion.name,
      value: Number.isFinite(value) ? value : null,
      threshold,
      answer: ballot.leader,
      nSamples: ballot.nSamples,
      tokens: this.#tokens,
    };
    if (stop) this.#stopped = decision;
    return decision;
  }
}

/**
 * Puts an answer policy to work on one question.
 *
 * @param policy validated here
 * @param options what is known beforehand
 * @param options.plannedSamples samples that would be drawn without stopping
 * @example
 * const stopper = createAnswerStopper({ version: 1, criterion: "answer-window", threshold: 2 });
 * stopper.observe({ answer: "42" }).action // "continue"
 */
export function createAnswerStopper(
  policy: unknown,
  options: { plannedSamples?: number } = {},
): AnswerStopper {
  return new AnswerStopper(policy, options);
}
