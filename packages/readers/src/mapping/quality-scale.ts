import type { MetricClass } from "@stopwise/core";

/** A score as quality in [0, 1], higher is better, NaN where missing; `notes` say what was assumed. */
export interface ScaledQuality {
  readonly quality: readonly number[];
  readonly notes: readonly string[];
}

/** Smallest and largest value; infinities where there is none. Not by spreading: a log may have a million rows. */
export function rangeOf(values: readonly number[]): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/**
 * Whether the scores of a run are percentages. A score that exceeds 1 somewhere and stays within 100 is one; an
 * error rate may exceed 1 as a fraction too, so there the median decides.
 */
function isPercent(finite: readonly number[], metricClass: MetricClass): boolean {
  const { max: largest } = rangeOf(finite);
  if (metricClass === "error-rate") return median(finite) > 1.1;
  return largest > 1 + 1e-6 && largest <= 100 + 1e-6;
}

const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);

/**
 * Turns the scores of one run into quality: fractions as they are, percentages divided by 100 (decided for the
 * run as a whole), error rates as `1 - min(rate, 1)`, negative correlations as 0.
 *
 * @param values - one score per checkpoint, NaN where missing
 * @returns `undefined` where the scores fit no scale: none is finite, a count, a reward, a negative score
 */
export function scaleQuality(
  values: readonly number[],
  metric: { readonly metricClass: MetricClass; readonly canonical: string },
): ScaledQuality | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0 || metric.metricClass === "loss") return undefined;
  const { min: smallest, max: largest } = rangeOf(finite);
  const isCorrelation = metric.metricClass === "correlation";
  if (smallest < 0 && !isCorrelation) return undefined;
  const isReward = /(^|_)(reward|return|rew)(_|$)/.test(metric.canonical);
  const percent = !isReward && isPercent(finite, metric.metricClass);
  if (largest > (metric.metricClass === "error-rate" ? 1000 : percent ? 100.001 : 1.000_001))
    return undefined;
  if (metric.metricClass === "error-rate" && /count|num/.test(metric.canonical)) return undefined;
  const notes = percent ? [`${metric.canonical} is read as a percentage and divided by 100.`] : [];
  if (!percent && largest < 0.2 && /bleu|chrf|ter/.test(metric.canonical)) {
    notes.push(`${metric.canonical} stays under 0.2: read as a fraction, it may be a percentage.`);
  }
  if (isCorrelation && smallest < 0) notes.push(`${metric.canonical}: values below 0 count as 0.`);
  const unit = percent ? 100 : 1;
  const quality = values.map((value) => {
    if (!Number.isFinite(value)) return Number.NaN;
    return metric.metricClass === "error-rate" ? 1 - clamp(value / unit) : clamp(value / unit);
  });
  return { quality, notes };
}
