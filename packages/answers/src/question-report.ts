import { randomFrom } from "@stopwise/core/random";
import { perQuestion, type QuestionOutcomes } from "./answer-outcomes.ts";
import { answerPortfolio, parseAnswerPolicy, type AnswerPolicy } from "./answer-policy.ts";
import type { Question } from "./question.ts";

/** A bound on the share of questions that stopping loses. */
export interface AnswerBound {
  /** `tail` bounds the share of questions that lose more than `maxEmLoss`: for one question a loss is all or nothing. */
  readonly kind: "mean" | "tail";
  readonly maxEmLoss: number;
  readonly alpha?: number;
}

/** One method at one bound on one kind of questions; the fields of `evaluate`, and the kind. */
export interface QuestionRow {
  readonly questions: Question["kind"];
  readonly method: string;
  readonly metricClass: "match";
  readonly bound: AnswerBound;
  /** `promise`: threshold chosen on other groups; `frontier`: on the judged questions themselves. */
  readonly selection: "promise" | "frontier";
  readonly weighting: "group" | "run";
  readonly costUnit: "tokens";
  readonly meanSaving: number;
  readonly meanEmLoss: number;
  /** Mean of min(EM loss, 0.2). */
  readonly meanClippedLoss: number;
  /** 95th percentile of a loss that is 0 or 1. */
  readonly p95EmLoss: number;
  readonly shareOverBound: number;
  readonly shareOfHindsight: number | null;
  /** Answers are right or wrong: there is no evaluation noise in one question. */
  readonly noiseFloor: 0;
  readonly low: number;
  readonly high: number;
  /** Accuracy when stopping, and with all samples. */
  readonly accuracy: number;
  readonly accuracyOfAll: number;
  readonly nRuns: number;
  readonly nGroups: number;
  /** `held`: the upper 95 % bound keeps the limit; `broken`: the lower one excludes it; `open`: neither. */
  readonly verdict: "held" | "open" | "broken";
  readonly held: boolean;
}

/** What `evaluate` prints for a file of questions. */
export interface QuestionReport {
  readonly data: string;
  readonly nRuns: number;
  readonly nGroups: number;
  readonly rows: readonly QuestionRow[];
}

const bounds: readonly AnswerBound[] = [
  ...[0.0025, 0.005, 0.01, 0.02].map((maxEmLoss) => ({ kind: "mean" as const, maxEmLoss })),
  ...[0.05, 0.1, 0.2].map((alpha) => ({ kind: "tail" as const, maxEmLoss: 0.01, alpha })),
];

/** Share of questions that may be lost under a bound. */
const limitOf = (bound: AnswerBound): number => bound.alpha ?? bound.maxEmLoss;

const nFolds = 5;
const nDraws = 400;

/** Questions of one kind with everything that rows about them need. */
interface Block {
  readonly kind: Question["kind"];
  readonly outcomes: QuestionOutcomes;
  /** Group number of each question. */
  readonly groups: Int32Array;
  readonly nGroups: number;
  /** Fold of each group. */
  readonly folds: Int32Array;
  /** Groups drawn with replacement, `[nDraws][nGroups]`. */
  readonly draws: readonly Int32Array[];
}

function blockOf(questions: readonly Question[], policies: readonly AnswerPolicy[], seed: number): Block {
  const names = [...new Set(questions.map(({ group }) => group))].sort();
  const uniform = randomFrom(seed);
  const order = names.map((_, i) => ({ i, key: uniform() })).sort((a, b) => a.key - b.key);
  const folds = new Int32Array(names.length);
  order.forEach(({ i }, position) => (folds[i] = position % nFolds));
  return {
    kind: questions[0]!.kind,
    outcomes: perQuestion(questions, policies, { seed }),
    groups: Int32Array.from(questions, ({ group }) => names.indexOf(group)),
    nGroups: names.length,
    folds,
    draws: Array.from({ length: nDraws }, () => names.map(() => Math.floor(uniform() * names.length))).map(
      (draw) => Int32Array.from(draw),
    ),
  };
}

/** Weights of some questions that sum to 1: each group the same, or each question. */
function weightsOf(block: Block, members: readonly number[], weighting: "group" | "run"): Float64Array {
  const sizes = new Float64Array(block.nGroups);
  for (const member of members) sizes[block.groups[member]!]! += 1;
  const present = sizes.reduce((n, size) => n + (size > 0 ? 1 : 0), 0);
  return Float64Array.from(members, (member) =>
    weighting === "run" ? 1 / members.length : 1 / (present * sizes[block.groups[member]!]!),
  );
}

type Series = readonly Float64Array[];

function meanAt(series: Series, column: number, members: readonly number[], weights: Float64Array): number {
  return members.reduce((sum, member, i) => sum + weights[i]! * series[member]![column]!, 0);
}

/** The policy with the largest saving whose loss on the members is within the limit; 0, taking all, is always there. */
function choose(
  block: Block,
  columns: readonly number[],
  work: { members: readonly number[]; limit: number },
): number {
  const { saving, emLoss } = block.outcomes;
  const weights = weightsOf(block, work.members, "group");
  let best = { column: 0, saving: 0 };
  for (const column of columns) {
    if (meanAt(emLoss, column, work.members, weights) > work.limit) continue;
    const saved = meanAt(saving, column, work.members, weights);
    if (saved > best.saving) best = { column, saving: saved };
  }
  return best.column;
}

/** The policy that each question is judged by. */
type Assignment = Int32Array;

function promised(block: Block, columns: readonly number[], limit: number): Assignment {
  const all = [...block.groups.keys()];
  const foldOf = (member: number): number => block.folds[block.groups[member]!]!;
  const chosen = Array.from({ length: nFolds }, (_, fold) =>
    choose(block, columns, { members: all.filter((member) => foldOf(member) !== fold), limit }),
  );
  return Int32Array.from(all, (member) => chosen[foldOf(member)]!);
}

function frontier(block: Block, columns: readonly number[], limit: number): Assignment {
  const all = [...block.groups.keys()];
  return new Int32Array(all.length).fill(choose(block, columns, { members: all, limit }));
}

/** Largest mean saving with full knowledge: no loss anywhere, then the gains that cost least until the limit is spent. */
function hindsightSaving(block: Block, weights: Float64Array, limit: number): number {
  const { safeSaving, eagerSaving, eagerLoss } = block.outcomes;
  let saving = safeSaving.reduce((sum, value, i) => sum + weights[i]! * value, 0);
  let left = limit;
  const gains = [...safeSaving.keys()]
    .filter((i) => eagerLoss[i]! > 0)
    .map((i) => ({ i, rate: (eagerSaving[i]! - safeSaving[i]!) / eagerLoss[i]! }))
    .sort((a, b) => b.rate - a.rate);
  for (const { i } of gains) {
    if (left <= 0) break;
    const share = Math.min(1, left / (weights[i]! * eagerLoss[i]!));
    saving += share * weights[i]! * (eagerSaving[i]! - safeSaving[i]!);
    left -= weights[i]! * eagerLoss[i]!;
  }
  return saving;
}

/** Bootstrap means over drawn groups, ascending. */
function bootstrap(block: Block, values: Float64Array, weights: Float64Array): number[] {
  const sums = new Float64Array(block.nGroups);
  const totals = new Float64Array(block.nGroups);
  values.forEach((value, i) => {
    sums[block.groups[i]!]! += weights[i]! * value;
    totals[block.groups[i]!]! += weights[i]!;
  });
  return block.draws
    .map((draw) => {
      let sum = 0;
      let total = 0;
      for (const group of draw) {
        sum += sums[group]!;
        total += totals[group]!;
      }
      return sum / total;
    })
    .sort((a, b) => a - b);
}

type Key = Pick<QuestionRow, "method" | "bound" | "selection" | "weighting">;

function rowOf(block: Block, key: Key, assigned: Assignment): QuestionRow {
  const { outcomes } = block;
  const members = [...block.groups.keys()];
  const weights = weightsOf(block, members, key.weighting);
  const pick = (series: Series): Float64Array => Float64Array.from(members, (i) => series[i]![assigned[i]!]!);
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value, i) => sum + weights[i]! * value, 0);
  const saving = pick(outcomes.saving);
  const emLoss = pick(outcomes.emLoss);
  const savings = bootstrap(block, saving, weights);
  const losses = bootstrap(block, emLoss, weights);
  const limit = limitOf(key.bound);
  const limitSaving = hindsightSaving(block, weights, limit);
  const meanEmLoss = mean(emLoss);
  return {
    questions: block.kind,
    ...key,
    metricClass: "match",
    costUnit: "tokens",
    meanSaving: mean(saving),
    meanEmLoss,
    meanClippedLoss: 0.2 * meanEmLoss,
    p95EmLoss: meanEmLoss > 0.05 ? 1 : 0,
    shareOverBound: meanEmLoss,
    shareOfHindsight: limitSaving > 0 ? mean(saving) / limitSaving : null,
    noiseFloor: 0,
    low: savings[Math.floor(0.025 * nDraws)]!,
    high: savings[Math.ceil(0.975 * nDraws) - 1]!,
    accuracy: mean(pick(outcomes.accuracy)),
    accuracyOfAll: mean(outcomes.accuracyOfAll),
    nRuns: members.length,
    nGroups: block.nGroups,
    verdict:
      losses[Math.ceil(0.95 * nDraws) - 1]! <= limit
        ? "held"
        : losses[Math.floor(0.05 * nDraws)]! <= limit
          ? "open"
          : "broken",
    held: losses[Math.floor(0.05 * nDraws)]! <= limit,
  };
}

/** The rules with their published settings. */
const published: readonly { method: string; policy: AnswerPolicy }[] = [
  {
    method: "never-stop",
    policy: parseAnswerPolicy({ version: 1, criterion: "vote-majority", threshold: null }),
  },
  {
    method: "adaptive-consistency-0.95",
    policy: parseAnswerPolicy({ version: 1, criterion: "adaptive-consistency", threshold: 0.95 }),
  },
  {
    method: "early-stopping-self-consistency-5",
    policy: parseAnswerPolicy({ version: 1, criterion: "early-stopping-self-consistency", threshold: 1 }),
  },
];

function rowsOf(block: Block, portfolio: readonly AnswerPolicy[]): QuestionRow[] {
  const offset = published.length;
  const columnsOf = (criterion?: string): number[] =>
    portfolio.flatMap((policy, i) =>
      criterion === undefined || policy.criterion === criterion ? [offset + i] : [],
    );
  const criteria = [...new Set(portfolio.map(({ criterion }) => criterion))];
  const methods = [
    ...criteria.map((criterion) => ({ method: criterion, columns: columnsOf(criterion) })),
    { method: "best-fixed", columns: columnsOf() },
  ];
  const weightings = ["group", "run"] as const;
  return bounds.flatMap((bound) =>
    weightings.flatMap((weighting) => [
      ...published.map(({ method }, column) =>
        rowOf(
          block,
          { method, bound, selection: "promise", weighting },
          new Int32Array(block.groups.length).fill(column),
        ),
      ),
      ...methods.flatMap(({ method, columns }) => [
        rowOf(
          block,
          { method, bound, selection: "promise", weighting },
          promised(block, columns, limitOf(bound)),
        ),
        rowOf(
          block,
          { method, bound, selection: "frontier", weighting },
          frontier(block, columns, limitOf(bound)),
        ),
      ]),
    ]),
  );
}

/**
 * Evaluates stopping rules over sampled answers as `evaluate` does over training runs: a threshold that is fixed on some
 * groups (task and model) and judged on others, beside what the judged questions themselves would have chosen, the rules
 * with their published settings, and taking all samples. Independent samples in random orders; other kinds (growing
 * thinking budgets, prompts, trials) make blocks of their own. Blocks with fewer than two groups have no promise to keep
 * and are left out.
 *
 * @param questions of any kinds
 * @param options names and seeds
 * @param options.data what the data is called in the report
 * @param options.seed of folds, orders and bootstrap
 */
export function evaluateQuestions(
  questions: readonly Question[],
  { data = "questions", seed = 1 }: { data?: string; seed?: number } = {},
): QuestionReport {
  const portfolio = answerPortfolio();
  const policies = [...published.map(({ policy }) => policy), ...portfolio];
  const kinds = [...new Set(questions.map(({ kind }) => kind))].filter(
    (kind) => kind === "iid" || kind === "budget",
  );
  const blocks = kinds
    .map((kind) => questions.filter((question) => question.kind === kind))
    .filter((members) => new Set(members.map(({ group }) => group)).size >= 2)
    .map((members) => blockOf(members, policies, seed));
  return {
    data,
    nRuns: blocks.reduce((sum, { groups }) => sum + groups.length, 0),
    nGroups: blocks.reduce((sum, { nGroups }) => sum + nGroups, 0),
    rows: blocks.flatMap((block) => rowsOf(block, portfolio)),
  };
}
