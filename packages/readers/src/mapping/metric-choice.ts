import { metricClassOf, type MetricClass } from "@stopwise/core";

/** A metric of a log and what its name tells. */
export interface NamedMetric {
  /** As the log writes it. */
  readonly name: string;
  /** Without the evaluation prefix, e.g. `exact_match`. */
  readonly canonical: string;
  readonly metricClass: MetricClass;
  readonly split: "validation" | "test";
  /** Smaller is preferred. */
  readonly rank: number;
}

const classOrder: readonly MetricClass[] = ["match", "overlap", "error-rate", "correlation", "loss"];

/** Canonical names in the order of preference within their class, with the spellings that mean them. */
const canonicalNames: readonly (readonly [string, RegExp])[] = [
  ["exact_match", /^(exact_match|exact|em|exactmatch|exact_match_score|em_score)$/],
  ["pass_at_1", /^pass_?(at_?)?1$/],
  [
    "accuracy",
    /^(accuracy|accuracies|accs?|accuracy_score|acc1|top_?1(_acc\w*)?|(sparse_)?categorical_accuracy|binary_accuracy)$/,
  ],
  ["token_accuracy", /^(mean_)?token_acc(uracy)?$/],
  ["roc_auc", /^(roc_)?auc(_roc)?$/],
  [
    "f1",
    /^(f1|f1_?score|fscore|f_?measure|f1_?(macro|micro|weighted)|f1_score_(macro|micro|weighted)_avg|(macro|micro|weighted)_f1(_score)?)$/,
  ],
  ["rougeL", /^rouge_?l(_f(measure)?)?$/],
  ["rougeLsum", /^rouge_?lsum$/],
  ["rouge2", /^rouge_?2(_f(measure)?)?$/],
  ["rouge1", /^rouge_?1(_f(measure)?)?$/],
  ["bleu", /^(bleu|sacrebleu|bleu_score|score_bleu)$/],
  ["chrf", /^chr_?f(_?pp|\+\+)?$/],
  ["meteor", /^meteor$/],
  ["bertscore", /^bert_?score(_f1)?$/],
  ["wer", /^(wer|wer_ortho|word_error_rate)$/],
  ["cer", /^(cer|character_error_rate)$/],
  ["ter", /^ter$/],
  ["matthews_correlation", /^(matthews_correlation|mcc|matthews_corrcoef)$/],
  ["pearson", /^pearsonr?$/],
  ["spearman", /^spearmanr?$/],
  ["loss", /^loss(es)?$/],
  ["cross_entropy", /^(cross_entropy|ce|nll|nll_loss|ce_loss)$/],
  ["perplexity", /^(perplexity|ppl)$/],
  ["bpb", /^(bpb|bits_per_byte)$/],
];

/** Lower case, words of camel case apart, with every run of blanks and punctuation as one underscore; a unit `(%)` is no part of it. */
export function normaliseName(name: string): string {
  return name
    .trim()
    .replace(/\s{0,3}[([]\s{0,3}%\s{0,3}[)\]]/g, "")
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[/.\-\s@:()[\]_]/)
    .filter((word) => word !== "")
    .join("_");
}

const evaluationPrefix =
  /^(full_valid|metrics(?!_train)|eval|evaluation|validation|valid|val|dev|test)(?:\d*_|(?=(?:loss(?:es)?|accs?|accuracy|accuracies|f1|em|ppl|perplexity|bleu|wer|cer|auc|mse|mae|rmse|error)(?:_|$)))/;
const evaluationSuffix = /_(eval|evaluation|validation|valid|val|dev|test)$/;

/** The split that a normalised metric name begins with (or ends in), and the rest of the name. */
function splitPrefix(key: string): { split: "validation" | "test"; rest: string } {
  let rest = key;
  let split: "validation" | "test" = "validation";
  for (let found = evaluationPrefix.exec(rest); found; found = evaluationPrefix.exec(rest)) {
    if (found[1] === "test") split = "test";
    rest = rest.slice(found[0].length);
  }
  const suffix = rest === key ? evaluationSuffix.exec(rest) : null;
  if (suffix === null) return { split, rest };
  return { split: suffix[1] === "test" ? "test" : "validation", rest: rest.slice(0, suffix.index) };
}

/** Rank of a name within its class: canonical spellings first, then names that end in one, then the others. */
function rankWithin(name: string): { canonical: string; rank: number } {
  const rest = name.replace(/_dataloader_idx_\d+$/, "").replace(/_(epoch|step)$/, "");
  const whole = canonicalNames.findIndex(([, pattern]) => pattern.test(rest));
  if (whole >= 0) return { canonical: canonicalNames[whole]![0], rank: whole * 10 };
  const parts = rest.split("_");
  for (let from = 1; from < parts.length; from += 1) {
    const tail = parts.slice(from).join("_");
    const index = canonicalNames.findIndex(([, pattern]) => pattern.test(tail));
    const overall = /^(overall|micro|macro|weighted|avg|average|mean)$/.test(parts[0]!);
    if (index >= 0) {
      const canonical = overall ? canonicalNames[index]![0] : rest;
      return { canonical, rank: index * 10 + (overall && from === 1 ? 1 : 5) };
    }
  }
  return { canonical: rest, rank: canonicalNames.length * 10 };
}

/** Words that make a name one of a spread, an extreme, a share, a count or a time of something. */
const noScore =
  /(^|_)(runtime|per_second|counts?|number|support|stderr|std|stdev|stddev|variance|frac|fraction|best|time|timing|seconds|length|len)(_|$)|_(min|max)$/;

/** Rewards are scores only where they are asked for; the accuracy of a reward model is one. */
const isReward = (key: string): boolean =>
  /(^|_)(rewards?|rew)(_|$)/.test(key) && !/_(accuracies|accuracy|acc)$/.test(key);

/**
 * Reads a metric's name: prefix, canonical name, class and preference; `undefined` where the name tells of no
 * score, such as a generation length, a run time, a spread or a reward.
 *
 * @example nameMetric("eval_exact_match")?.canonical // "exact_match"
 */
export function nameMetric(name: string): NamedMetric | undefined {
  const key = normaliseName(name);
  const { split, rest } = splitPrefix(key);
  const { canonical, rank } = rankWithin(rest);
  const metricClass = metricClassOf(rest) ?? metricClassOf(canonical) ?? metricClassOf(key);
  if (metricClass === undefined || noScore.test(key) || isReward(rest)) return undefined;
  return {
    name,
    canonical,
    metricClass,
    split,
    // `valid_` is a batch where `full_valid_` is the whole set.
    rank: classOrder.indexOf(metricClass) * 10_000 + rank - (key.startsWith("full_valid_") ? 0.5 : 0),
  };
}

/** An accuracy over tokens says less than any score of whole answers. */
const isOverTokens = ({ canonical }: NamedMetric): boolean => /(^|_)token_acc(uracy)?$/.test(canonical);

/**
 * The metrics of a log from the most to the least preferred: match (but for the accuracy over tokens) before
 * overlap before error rate before correlation, and losses last; validation before test; ties keep the order of the log.
 */
export function rankMetrics(names: readonly string[]): NamedMetric[] {
  const named = names.map(nameMetric).filter((metric) => metric !== undefined);
  // Sequence labelling scores (seqeval) come as overall F1 beside an accuracy over tokens, mostly of "no entity".
  const isSeqeval = named.some(({ name }) => /(^|_)overall_f1$/.test(normaliseName(name)));
  const order = (metric: NamedMetric): number =>
    metric.rank +
    ((isSeqeval && metric.metricClass === "match") || isOverTokens(metric) ? 15_000 : 0) +
    (metric.split === "test" ? 1_000_000 : 0) +
    (metric.metricClass === "loss" ? 10_000_000 : 0);
  return named.sort((left, right) => order(left) - order(right));
}

/** Whether a metric of a log is the one that was asked for, by its own or its canonical name. */
export function isMetric(name: string, asked: string): boolean {
  if (normaliseName(name) === normaliseName(asked)) return true;
  const [have, want] = [nameMetric(name), nameMetric(asked)];
  if (have === undefined || want === undefined)
    return splitPrefix(normaliseName(name)).rest === normaliseName(asked);
  const askedForSplit = splitPrefix(normaliseName(asked)).rest !== normaliseName(asked);
  return have.canonical === want.canonical && (!askedForSplit || have.split === want.split);
}
