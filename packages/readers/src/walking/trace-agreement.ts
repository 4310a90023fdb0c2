import type { CurveTrace, TracedSeries } from "./curve-trace.ts";

/** How far two traces agree. */
export interface Agreement {
  /** How many evaluations both have. */
  readonly nShared: number;
  /** What the equal values tell, in decimal digits: a chance of 10^-digits that different trainings agree so. */
  readonly digits: number;
  /** Whether places were matched by the step. */
  readonly byStep: boolean;
  /** Whether the values of the last shared evaluation differ. */
  readonly lastDiffers: boolean;
}

/** Pairs of evaluations, one of each trace. */
type Pairs = readonly (readonly [number, number])[];

/** Half the last digit that is printed at a value's size: a fixed number of decimals, or of significant digits. */
function halfDigit({ nDecimals, nDigits }: TracedSeries, value: number): number {
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return Math.max(0.5 * 10 ** -Math.min(nDecimals, 17), 0.5 * 10 ** (size + 1 - Math.min(nDigits, 16)));
}

const float32Epsilon = 1.2e-7;

/** How far two printed values of one number may lie apart; some loggers cut digits off instead of rounding. */
function tolerance(left: TracedSeries, right: TracedSeries, value: number): number {
  const [fine, coarse] = [halfDigit(left, value), halfDigit(right, value)].sort((a, b) => a - b);
  // A coarse print may have been cut off, not rounded: one unit of its last digit. Seven digits are a float32's.
  const stored = Math.min(left.nDigits, right.nDigits) <= 7 ? float32Epsilon : Number.EPSILON;
  return (coarse! > fine! * 5 ? 2 * coarse! : coarse!) * 1.02 + stored * Math.abs(value);
}

/** Scores of different trainings of one task lie some hundredths apart. */
const spread = (value: number): number => 0.02 * Math.max(1, Math.abs(value));
/** A score counts answers: with four decimals printed a set of a thousand questions still has steps of 0.001. */
const scoreStep = 1e-3;
const isScore = (name: string): boolean => !/loss|perplexity|ppl|cross_entropy|bpb|nll/.test(name);

/** What one pair of equal values tells, in digits. */
function digitsOfMatch(name: string, value: number, apart: number): number {
  const isRound = Number.isInteger(value);
  if (isRound) return 0;
  const width = isScore(name) && apart > 1e-7 ? Math.max(2 * apart, scoreStep) : 2 * apart;
  return Math.max(0, Math.log10(spread(value) / width));
}

/** Greedy matching of two rising series that are equal as far as printed. */
function matched(left: TracedSeries, right: TracedSeries): Pairs {
  const pairs: (readonly [number, number])[] = [];
  let at = 0;
  for (let index = 0; index < left.values.length; index += 1) {
    const value = left.values[index]!;
    const near = Number.isNaN(value) ? Number.NaN : tolerance(left, right, value);
    while (at < right.values.length && right.values[at]! < value - near) at += 1;
    if (at < right.values.length && Math.abs(right.values[at]! - value) <= near) {
      pairs.push([index, at]);
      at += 1;
    }
  }
  return pairs;
}

const exact = (values: Float64Array): TracedSeries => ({ values, nDecimals: 17, nDigits: 16 });

/** Ways to lay two traces over each other: by step, by epoch, by order. */
function* alignments(left: CurveTrace, right: CurveTrace): Generator<{ pairs: Pairs; byStep: boolean }> {
  const haveSteps = [left, right].every(({ steps }) => steps.every(Number.isFinite));
  if (haveSteps) yield { pairs: matched(exact(left.steps), exact(right.steps)), byStep: true };
  const haveEpochs = [left, right].every(({ epochs }) => epochs.values.every(Number.isFinite));
  if (haveEpochs) yield { pairs: matched(left.epochs, right.epochs), byStep: false };
  const length = Math.min(left.nEvaluations, right.nEvaluations);
  yield { pairs: Array.from({ length }, (_, index) => [index, index] as const), byStep: false };
}

/** One log may print percent where the other prints fractions. */
function scaleBetween(left: TracedSeries, right: TracedSeries, pairs: Pairs): number {
  for (const [one, other] of pairs) {
    const ratio = left.values[one]! / right.values[other]!;
    if (ratio > 50 && ratio < 200) return 100;
    if (ratio > 0.005 && ratio < 0.02) return 0.01;
    if (Number.isFinite(ratio) && ratio !== 0) return 1;
  }
  return 1;
}

const scaled = (series: TracedSeries, scale: number): TracedSeries =>
  scale === 1
    ? series
    : {
        values: series.values.map((value) => value * scale),
        nDecimals: Math.max(0, series.nDecimals - Math.round(Math.log10(scale))),
        nDigits: series.nDigits,
      };

/** Compares one metric: what its equal values tell, and at which pairs it differs. */
function compare(name: string, left: TracedSeries, right: TracedSeries, pairs: Pairs) {
  const other = scaled(right, scaleBetween(left, right, pairs));
  const differing: number[] = [];
  const told = new Map<number, number>();
  for (const [index, [at, beside]] of pairs.entries()) {
    const [value, twin] = [left.values[at]!, other.values[beside]!];
    if (!Number.isFinite(value) || !Number.isFinite(twin)) continue;
    const apart = tolerance(left, other, value);
    if (Math.abs(value - twin) > apart) {
      differing.push(index);
      if (differing.length > 1) break;
      // A value that is repeated tells nothing new.
    } else told.set(value, digitsOfMatch(name, value, apart / 1.02));
  }
  return { differing, digits: [...told.values()].reduce((sum, digits) => sum + digits, 0) };
}

/** Weights at the start are those of every seed: evaluations before the first step tell nothing. */
function afterStart(trace: CurveTrace, index: number): boolean {
  const place = Number.isFinite(trace.steps[index]) ? trace.steps[index]! : trace.epochs.values[index]!;
  return Number.isNaN(place) || place > 0 || !trace.steps.some((step) => step > 0);
}

function judged(left: CurveTrace, right: CurveTrace, pairs: Pairs, byStep: boolean): Agreement | undefined {
  const differing = new Set<number>();
  const telling = pairs.filter(([at]) => afterStart(left, at));
  let digits = 0;
  let isCompared = false;
  for (const [name, series] of left.metrics) {
    const other = right.metrics.get(name);
    if (other === undefined) continue;
    const whole = compare(name, series, other, pairs);
    if (whole.differing.length > 1) return undefined;
    for (const index of whole.differing) differing.add(index);
    digits += compare(name, series, other, telling).digits;
    isCompared ||= pairs.some(
      ([at, beside]) => Number.isFinite(series.values[at]) && Number.isFinite(other.values[beside]),
    );
  }
  if (!isCompared) return undefined;
  const lastDiffers = differing.size > 0;
  if (differing.size > 1 || (lastDiffers && !differing.has(pairs.length - 1))) return undefined;
  const training = compare("loss", left.trainLoss, right.trainLoss, telling);
  return {
    nShared: pairs.length,
    digits: digits + (training.differing.length > 0 ? 0 : training.digits),
    byStep,
    lastDiffers,
  };
}

/**
 * Lays two traces over each other. They agree where all values that both have are equal to the digits that the
 * coarser log prints, and nearly every evaluation of the shorter one is in the longer one: the same curve, the
 * beginning of one, or a part of one. Training losses add to what the agreement tells and never deny it, since
 * loggers differ in when they write them.
 *
 * @returns `undefined` where they differ
 */
export function agreementOf(left: CurveTrace, right: CurveTrace): Agreement | undefined {
  const shorter = Math.min(left.nEvaluations, right.nEvaluations);
  for (const { pairs, byStep } of alignments(left, right)) {
    if (pairs.length === 0 || pairs.length < 0.8 * shorter) continue;
    const found = judged(left, right, pairs, byStep);
    if (found !== undefined) return found;
    // Where the places agree and the values do not, no other alignment is of interest.
    if (byStep) return undefined;
  }
  return undefined;
}
