import * as z from "zod/mini";

/** What a score measures; a certificate is calibrated on one class and names it. */
export const metricClassSchema = z.enum(["match", "overlap", "error-rate", "correlation", "loss"]);

/** One of `match`, `overlap`, `error-rate`, `correlation`, `loss`. */
export type MetricClass = z.infer<typeof metricClassSchema>;

const patterns: readonly (readonly [MetricClass, RegExp])[] = [
  ["error-rate", /(^|_)(wer|cer|ter|mer|wil|error|error_rate|err)(_|$)/],
  ["correlation", /pearson|spearman|matthews|mcc|kendall|correlation|(^|_)r2(_|$)/],
  [
    "overlap",
    /(^|_)(f1|rouge\w*|bleu|sacrebleu|chrf\w*|meteor|bertscore|gleu|precision|recall|iou|mean_iou)(_|$)/,
  ],
  ["loss", /loss|perplexity|(^|_)(ppl|bpb|nll|mae|mse|rmse|bits_per_byte|cross_entropy)(_|$)/],
  ["match", /exact|(^|_)em(_|$)|acc|pass_?(at|k|\d)|(^|_)(match|auc|score|quality|reward|win_rate)(_|$)/],
];

function normalise(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[/.\-\s@]+/g, "_");
}

/**
 * The metric class that a metric's name tells of, or `undefined` when the name tells nothing.
 *
 * @example metricClassOf("eval_exact_match") // "match"
 */
export function metricClassOf(name: string): MetricClass | undefined {
  const key = normalise(name);
  return patterns.find(([, pattern]) => pattern.test(key))?.[0];
}

/**
 * Which way is better for a metric of this name: `max`, `min`, or `undefined` when the name does not tell.
 *
 * @example directionOf("eval_wer") // "min"
 */
export function directionOf(name: string): "max" | "min" | undefined {
  const metricClass = metricClassOf(name);
  if (metricClass === undefined) return undefined;
  return metricClass === "error-rate" || metricClass === "loss" ? "min" : "max";
}
