import { metricClassOf } from "@stopwise/core";
import type { ReportBound, ReportData } from "./report-data.ts";

/** A minus that is as wide as a plus. */
const signed = (text: string): string => text.replace("-", "\u2212");

/** Digits that still tell values of this size apart. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return signed(Number(text) === 0 ? text.replace("-", "") : text);
}

/**
 * A share as whole percent; a dash for NaN.
 *
 * @example percent(0.314) // "31 %"
 */
export function percent(share: number, digits = 0): string {
  return Number.isFinite(share) ? `${fixed(share * 100, digits)}\u202f%` : "\u2013";
}

/**
 * A loss in the words of its kind: points of EM, or percent of a relative loss increase.
 *
 * @example lossInWords(0.005, "points") // "0.50 pt"
 */
export function lossInWords(loss: number, kind: ReportData["lossKind"]): string {
  if (!Number.isFinite(loss)) return "\u2013";
  const unit = kind === "points" ? "pt" : "%";
  return `${fixed(loss * 100, Math.abs(loss) < 0.0995 ? 2 : 1)}\u202f${unit}`;
}

/**
 * What the quality of a metric is called: an error rate is turned round, so that higher is better.
 *
 * @example qualityName("wer") // "1 − wer"
 */
export function qualityName(metric: string): string {
  return metricClassOf(metric) === "error-rate" ? `1 \u2212 ${metric}` : metric;
}

/** The axis title of a loss. */
export function lossTitle(kind: ReportData["lossKind"]): string {
  return kind === "points" ? "EM loss, points" : "loss increase, %";
}

/** A bound in words. */
export function boundInWords(bound: ReportBound, kind: ReportData["lossKind"]): string {
  const level = `${String(Number((bound.maxEmLoss * 100).toPrecision(6)))}\u202f${kind === "points" ? "pt" : "%"}`;
  if (bound.kind === "mean") return `mean loss \u2264 ${level}`;
  return `P(loss > ${level}) \u2264 ${percent(bound.alpha ?? Number.NaN)}`;
}

/** Whether two bounds are the same. */
export function sameBound(a: ReportBound, b: ReportBound): boolean {
  return a.kind === b.kind && a.maxEmLoss === b.maxEmLoss && a.alpha === b.alpha;
}

const magnitudes = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
] as const;

/**
 * A count for an axis: thousands and more by their letter.
 *
 * @example shortCount(2_500_000) // "2.5M"
 */
export function shortCount(count: number): string {
  const [size, letter] = magnitudes.find(([least]) => Math.abs(count) >= least) ?? [1, ""];
  return `${Number((count / size).toPrecision(4))}${letter}`;
}
