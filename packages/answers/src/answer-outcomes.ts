import { emptyMatrix, firstPassages, type OutcomeMatrix } from "@stopwise/policies";
import { randomFrom } from "@stopwise/core/random";
import type { AnswerCriterion } from "./answer-criterion.ts";
import {
  answerCriterionOf,
  describeAnswerPolicy,
  parseAnswerPolicy,
  type AnswerPolicy,
} from "./answer-policy.ts";
import { BallotBox } from "./ballot.ts";
import type { Question } from "./question.ts";

/** Policies that differ in nothing but the threshold. */
interface NestedAnswers {
  readonly policy: AnswerPolicy;
  readonly criterion: AnswerCriterion;
  /** Ascending; Infinity for "take all". */
  readonly thresholds: Float64Array;
  readonly columns: readonly number[];
}

function nestedOf(policies: readonly AnswerPolicy[]): NestedAnswers[] {
  const groups = new Map<string, { policy: AnswerPolicy; column: number }[]>();
  policies.forEach((policy, column) => {
    const key = JSON.stringify({ ...policy, threshold: 0 });
    groups.set(key, [...(groups.get(key) ?? []), { policy, column }]);
  });
  const order = ({ policy }: { policy: AnswerPolicy }): number => policy.threshold ?? Infinity;
  return [...groups.values()].map((members) => {
    members.sort((a, b) => order(a) - order(b));
    const { policy } = members[0]!;
    return {
      policy,
      criterion: answerCriterionOf(policy),
      thresholds: Float64Array.from(members, order),
      columns: members.map(({ column }) => column),
    };
  });
}

/** A question with its answers in some order, and every criterion's statistic after each of them. */
interface Poll {
  /** Whether the answer after k + 1 samples is right, `[nSamples]`. */
  readonly correct: Uint8Array;
  /** Cost of k + 1 samples, `[nSamples]`. */
  readonly cost: Float64Array;
  /** Stop of every policy, `[nPolicies]`. */
  readonly stops: Int32Array;
}

/** Holds the poll: one pass over the answers, one first passage for the thresholds of each criterion. */
function pollOf(question: Question, order: Int32Array, nested: readonly NestedAnswers[]): Poll {
  const { answers, correct, cost, kind } = question;
  const latest = kind === "budget";
  const box = new BallotBox();
  const right = new Map<string, number>();
  const series = nested.map(() => new Float64Array(order.length));
  const delivered = new Uint8Array(order.length);
  const spent = new Float64Array(order.length);
  order.forEach((sample, k) => {
    const name = answers[sample]! < 0 ? null : String(answers[sample]!);
    if (name !== null && !right.has(name)) right.set(name, correct[sample]!);
    const ballot = box.add(name);
    nested.forEach(({ criterion, policy }, g) => {
      series[g]![k] = criterion.statistic(ballot, policy.params, latest ? Number.NaN : order.length);
    });
    delivered[k] = latest ? correct[sample]! : ballot.leader === null ? 0 : right.get(ballot.leader)!;
    const own = cost[sample]! - (sample === 0 ? 0 : cost[sample - 1]!);
    spent[k] = latest ? cost[sample]! : own + (k === 0 ? 0 : spent[k - 1]!);
  });
  const stops = new Int32Array(nested.reduce((n, { columns }) => n + columns.length, 0));
  nested.forEach(({ policy, thresholds, columns }, g) => {
    const found = firstPassages(series[g]!, policy.minSamples - 1, thresholds);
    columns.forEach((column, j) => (stops[column] = found[j]!));
  });
  return { correct: delivered, cost: spent, stops };
}

function ordersOf(question: Question, repeats: number, seed: number): Int32Array[] {
  const stored = Int32Array.from({ length: question.nSamples }, (_, i) => i);
  if (question.kind !== "iid") return [stored];
  const uniform = randomFrom(seed);
  return Array.from({ length: repeats }, (_, r) => {
    const order = stored.slice();
    if (r === 0) return order;
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  });
}

/**
 * Outcomes of every answer policy on every question, as a matrix of the same kind that training curves give: the same
 * hindsight, choice and certificates apply. `saving` = 1 - tokens(stop) / tokens(all); `emLoss` = 1 where the majority of
 * all samples is right and the answer at the stop is wrong, else 0. Questions in their stored order; with growing budgets
 * the answer is the latest one and the tokens are those of its own response.
 */
export function answerOutcomes(questions: readonly Question[], policies: readonly unknown[]): OutcomeMatrix {
  const parsed = policies.map(parseAnswerPolicy);
  const nested = nestedOf(parsed);
  const matrix = emptyMatrix(questions.length, parsed.length);
  questions.forEach((question, run) => {
    const poll = pollOf(question, ordersOf(question, 1, 0)[0]!, nested);
    const last = question.nSamples - 1;
    poll.stops.forEach((stop, column) => {
      const at = run * parsed.length + column;
      matrix.stopIndex[at] = stop;
      matrix.saving[at] = 1 - poll.cost[stop]! / poll.cost[last]!;
      matrix.emLoss[at] = Math.max(0, poll.correct[last]! - poll.correct[stop]!);
    });
  });
  return matrix;
}

/** Per question, averaged over random orders of its samples, what each policy does. */
export interface QuestionOutcomes {
  /** `[nQuestions][nPolicies]` */
  readonly saving: readonly Float64Array[];
  readonly emLoss: readonly Float64Array[];
  readonly accuracy: readonly Float64Array[];
  readonly meanSamples: readonly Float64Array[];
  /** `[nQuestions]` */
  readonly accuracyOfAll: Float64Array;
  /** Saving of the earliest stop that loses nothing, and of the first sample with its loss: for the hindsight limit. */
  readonly safeSaving: Float64Array;
  readonly eagerSaving: Float64Array;
  readonly eagerLoss: Float64Array;
}

/** {@link QuestionOutcomes} of policies on questions; O(orders x samples x criteria) a question. */
export function perQuestion(
  questions: readonly Question[],
  policies: readonly AnswerPolicy[],
  { repeats = 5, seed = 1 }: { repeats?: number; seed?: number } = {},
): QuestionOutcomes {
  const nested = nestedOf(policies);
  const rows = (): Float64Array[] => questions.map(() => new Float64Array(policies.length));
  const column = (): Float64Array => new Float64Array(questions.length);
  const out = {
    ...{ saving: rows(), emLoss: rows(), accuracy: rows(), meanSamples: rows() },
    ...{ accuracyOfAll: column(), safeSaving: column(), eagerSaving: column(), eagerLoss: column() },
  };
  questions.forEach((question, q) => {
    const orders = ordersOf(question, repeats, seed + q);
    const share = 1 / orders.length;
    for (const order of orders) {
      const { correct, cost, stops } = pollOf(question, order, nested);
      const last = order.length - 1;
      const savingAt = (stop: number): number => 1 - cost[stop]! / cost[last]!;
      const lossAt = (stop: number): number => Math.max(0, correct[last]! - correct[stop]!);
      stops.forEach((stop, p) => {
        out.saving[q]![p]! += share * savingAt(stop);
        out.emLoss[q]![p]! += share * lossAt(stop);
        out.accuracy[q]![p]! += share * correct[stop]!;
        out.meanSamples[q]![p]! += share * (stop + 1);
      });
      const safe = correct.findIndex((_, stop) => lossAt(stop) === 0);
      out.accuracyOfAll[q]! += share * correct[last]!;
      out.safeSaving[q]! += share * savingAt(safe);
      out.eagerSaving[q]! += share * savingAt(0);
      out.eagerLoss[q]! += share * lossAt(0);
    }
  });
  return out;
}

/** What an answer policy does on a set of questions. */
export interface AnswerRow {
  readonly policy: AnswerPolicy;
  readonly sentence: string;
  readonly nQuestions: number;
  readonly nGroups: number;
  /** Mean share of the tokens saved. */
  readonly saving: number;
  /** Share of questions answered rightly when stopping, and with all samples. */
  readonly accuracy: number;
  readonly accuracyOfAll: number;
  /** Share of questions that all samples answer rightly and the stopped ones wrongly. */
  readonly emLoss: number;
  /** accuracyOfAll - accuracy: what is lost on balance, negative for a gain. */
  readonly netLoss: number;
  readonly meanSamples: number;
}

/** How questions are evaluated. */
export interface AnswerEvaluation {
  /** Random orders per question with independent samples, the stored one included. */
  readonly repeats?: number;
  readonly seed?: number;
  /** `group`: each task and model weighs the same, its questions equally; `run`: each question the same. */
  readonly weighting?: "group" | "run";
}

function weightsOf(questions: readonly Question[], weighting: "group" | "run"): Float64Array {
  const sizes = new Map<string, number>();
  for (const { group } of questions) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return Float64Array.from(questions, ({ group }) =>
    weighting === "run" ? 1 / questions.length : 1 / (sizes.size * sizes.get(group)!),
  );
}

/**
 * Evaluates answer policies on questions of one kind against taking all samples, averaged over random orders of the
 * samples where these are independent (`kind` `iid`): the order in which independent samples were stored means nothing.
 *
 * @param questions all of one kind, see {@link Question}; mixing kinds makes the means meaningless
 * @param policies validated here
 */
export function evaluateAnswers(
  questions: readonly Question[],
  policies: readonly unknown[],
  { repeats = 5, seed = 1, weighting = "group" }: AnswerEvaluation = {},
): AnswerRow[] {
  const parsed = policies.map(parseAnswerPolicy);
  const outcomes = perQuestion(questions, parsed, { repeats, seed });
  const weights = weightsOf(questions, weighting);
  const nGroups = new Set(questions.map(({ group }) => group)).size;
  const meanOf = (rows: readonly Float64Array[], column: number): number =>
    rows.reduce((sum, row, q) => sum + weights[q]! * row[column]!, 0);
  const accuracyOfAll = outcomes.accuracyOfAll.reduce((sum, value, q) => sum + weights[q]! * value, 0);
  return parsed.map((policy, column) => {
    const accuracy = meanOf(outcomes.accuracy, column);
    return {
      policy,
      sentence: describeAnswerPolicy(policy),
      nQuestions: questions.length,
      nGroups,
      saving: meanOf(outcomes.saving, column),
      accuracy,
      accuracyOfAll,
      emLoss: meanOf(outcomes.emLoss, column),
      netLoss: accuracyOfAll - accuracy,
      meanSamples: meanOf(outcomes.meanSamples, column),
    };
  });
}
