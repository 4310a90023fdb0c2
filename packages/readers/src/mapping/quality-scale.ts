import { lowerMedian, type MetricClass } from "@stopwise/core";

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

/** A score and what its name tells. */
interface Score {
  readonly metricClass: MetricClass;
  readonly canonical: string;
}

const isReward = ({ canonical }: Score): boolean => /(^|_)(reward|return|rew)(_|$)/.test(canonical);

/** Whether a lone value above 1 stands far above both its neighbours: a slip, no sign of percentages. */
function isSpike(finite: readonly number[], index: number): boolean {
  const neighbours = [finite[index - 1], finite[index + 1]].filter((value) => value !== undefined);
  return neighbours.length === 2 && finite[index]! > 3 * Math.max(...neighbours);
}

/**
 * Whether the scores of a run are percentages, told by the whole curve: a single value above 1 rescales nothing that
 * stays below. An error rate may exceed 1 as a fraction too, so there the median decides.
 */
function isPercent(finite: readonly number[], { metricClass }: Score): boolean {
  const middle = lowerMedian(finite);
  if (metricClass === "error-rate") return middle > 1.1 && middle <= 1000;
  const above = finite.flatMap((value, index) => (value > 1 + 1e-6 && value <= 100 + 1e-6 ? [index] : []));
  if (above.length === 0) return false;
  if (middle > 1 + 1e-6) return true;
  const isFar = above.some((index) => finite[index]! > (metricClass === "overlap" ? 1.1 : 1.5));
  if (above.length === 1) return finite.length < 10 && isFar && !isSpike(finite, above[0]!);
  return above.length >= finite.length / 10 && isFar;
}

const clamp = (value: number): number => Math.min(Math.max(value, 0), 1);

/** Smallest and largest score that a scale admits; rounding may exceed it. */
function boundsOf({ metricClass }: Score, unit: number): { lower: number; upper: number } {
  if (metricClass === "error-rate") return { lower: 0, upper: 1000 };
  const upper = unit === 100 ? 100.001 : 1.000_001;
  return { lower: metricClass === "correlation" ? -upper : 0, upper };
}

/** How many scores may lie outside the scale before the curve is said to fit none. */
const mostOutside = (nFinite: number): number => (nFinite < 3 ? 0 : Math.max(1, Math.floor(nFinite / 10)));

function outsideNote(score: Score, outside: readonly number[]): string {
  const shown = outside.slice(0, 3).map((value) => Number(value.toPrecision(6)));
  const many = outside.length > 3 ? ", ..." : "";
  const values = outside.length === 1 ? "value" : "values";
  return `${outside.length} ${values} of ${score.canonical} outside its scale (${shown.join(", ")}${many}) left out.`;
}

function notesOf(score: Score, finite: readonly number[], percent: boolean): string[] {
  const { min, max } = rangeOf(finite);
  const notes = percent ? [`${score.canonical} is read as a percentage and divided by 100.`] : [];
  const isTranslation = /bleu|chrf|(^|_)ter(_|$)/.test(score.canonical);
  if (!percent && isTranslation && (max < 0.2 || max > 0.7)) {
    notes.push(`${score.canonical} stays under 1: read as a fraction, it may be a percentage.`);
  }
  if (score.metricClass === "correlation" && min < 0) {
    notes.push(`${score.canonical}: values below 0 count as 0.`);
  }
  return notes;
}

/**
 * Turns the scores of one run into quality: fractions as they are, percentages divided by 100 (decided for the
 * run as a whole), error rates as `1 - min(rate, 1)`, negative correlations as 0. A few values outside the scale are
 * left out (NaN) with a note.
 *
 * @param values - one score per checkpoint, NaN where missing
 * @returns `undefined` where the scores fit no scale: none is finite, a count, a reward, negative scores
 */
export function scaleQuality(values: readonly number[], score: Score): ScaledQuality | undefined {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0 || score.metricClass === "loss") return undefined;
  if (score.metricClass === "error-rate" && /count|num/.test(score.canonical)) return undefined;
  const percent = !isReward(score) && isPercent(finite, score);
  const unit = percent ? 100 : 1;
  const { lower, upper } = boundsOf(score, unit);
  const outside = finite.filter((value) => value < lower || value > upper);
  if (outside.length > mostOutside(finite.length)) return undefined;
  const inside = finite.filter((value) => value >= lower && value <= upper);
  const quality = values.map((value) => {
    if (!(value >= lower && value <= upper)) return Number.NaN;
    return score.metricClass === "error-rate" ? 1 - clamp(value / unit) : clamp(value / unit);
  });
  const notes = notesOf(score, inside, percent);
  return { quality, notes: outside.length === 0 ? notes : [...notes, outsideNote(score, outside)] };
}

/**
 * Scales a score that was asked for and fits no scale, such as a reward from -1 to 2.5, by the whole numbers around
 * its range, with a note; `undefined` where nothing is finite.
 *
 * @param values - one score per checkpoint, NaN where missing
 */
export function scaleByRange(values: readonly number[], score: Score): ScaledQuality | undefined {
  const finite = values.filter(Number.isFinite);
  const { min, max } = rangeOf(finite);
  if (finite.length === 0 || max - min > 1e9) return undefined;
  const [from, to] = [Math.min(0, Math.floor(min)), Math.max(1, Math.ceil(max))];
  const quality = values.map((value) =>
    Number.isFinite(value) ? clamp((value - from) / (to - from)) : Number.NaN,
  );
  return { quality, notes: [`${score.canonical} is scaled from [${from}, ${to}] to [0, 1].`] };
}
