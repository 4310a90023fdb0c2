import { nameMetric, normaliseName } from "../mapping/metric-choice.ts";
import { mergeEvaluations, type RawRun } from "../mapping/raw-run.ts";

/** The values of one metric by evaluation and how finely the log prints them. */
export interface TracedSeries {
  /** `[nEvaluations]`, NaN where missing. */
  readonly values: Float64Array;
  /** Most digits after the point that any value has. */
  readonly nDecimals: number;
  /** Most significant digits that any value has. */
  readonly nDigits: number;
}

/** What two logs of one training have in common: where each evaluation stands and its values, as printed. */
export interface CurveTrace {
  readonly nEvaluations: number;
  /** `[nEvaluations]`, NaN where the log has no step. */
  readonly steps: Float64Array;
  /** `[nEvaluations]`, NaN where the log has no epoch; as a series, since consoles round it. */
  readonly epochs: TracedSeries;
  /** Evaluation values by comparable name. */
  readonly metrics: ReadonlyMap<string, TracedSeries>;
  /** The last training loss at or before each evaluation. */
  readonly trainLoss: TracedSeries;
}

const measuresTime = /(^|_)(runtime|per_second|time|timing|duration|elapsed|seconds|timestamp)(_|$)/;
const evaluationWord = /^(eval|evaluation|valid|validation|val|dev)_/;

/** A metric's name without its logger's spelling: `eval_exact_match`, `eval/exact_match` and `Exact Match` are one. */
function comparableName(name: string): string | undefined {
  const key = normaliseName(name);
  if (measuresTime.test(key)) return undefined;
  const named = nameMetric(name);
  if (named === undefined) return key.replace(evaluationWord, "");
  return named.split === "test" ? `test ${named.canonical}` : named.canonical;
}

function digitsOf(value: number): { decimals: number; digits: number } {
  const [mantissa = "", exponent = "0"] = Math.abs(value).toString().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = (whole + fraction).replace(/^0+/, "").length;
  return { decimals: Math.max(0, fraction.length - Number(exponent)), digits };
}

function seriesOf(values: readonly number[]): TracedSeries {
  let [nDecimals, nDigits] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const { decimals, digits } = digitsOf(value);
    nDecimals = Math.max(nDecimals, decimals);
    nDigits = Math.max(nDigits, digits);
  }
  return { values: Float64Array.from(values), nDecimals, nDigits };
}

/** Rows after the end of training may be of another checkpoint; they count only where nothing else was evaluated. */
function valuesOf(run: RawRun) {
  const during = new Set(run.evaluations.filter((row) => row.afterEnd !== true).map(({ step }) => step));
  return (row: RawRun["evaluations"][number]) => {
    if (row.afterEnd === true && during.has(row.step)) return null;
    return row.mended === undefined ? row.values : row.mended;
  };
}

/** For each place the last training loss at or before it. */
function lossesAt(run: RawRun, places: readonly number[], byStep: boolean): number[] {
  const placeOf = (row: RawRun["training"][number]): number => (byStep ? row.step : row.epoch) ?? Number.NaN;
  const rows = run.training
    .filter((row) => row.loss !== undefined && !Number.isNaN(placeOf(row)))
    .sort((left, right) => placeOf(left) - placeOf(right));
  let next = 0;
  let last = Number.NaN;
  return places.map((place) => {
    for (; next < rows.length && placeOf(rows[next]!) <= place; next += 1) last = rows[next]!.loss!;
    return last;
  });
}

/** The trace of a run as its log tells it, in the order of steps. */
export function traceOf(run: RawRun): CurveTrace {
  const rows = mergeEvaluations(run.evaluations, valuesOf(run));
  const metrics = new Map<string, TracedSeries>();
  for (const name of new Set(rows.flatMap(({ values }) => Object.keys(values)))) {
    const key = comparableName(name);
    if (key === undefined || metrics.has(key)) continue;
    const series = seriesOf(
      rows.map(({ values }) => (Object.hasOwn(values, name) ? values[name]! : Number.NaN)),
    );
    if (series.values.some(Number.isFinite)) metrics.set(key, series);
  }
  const steps = rows.map(({ step }) => step ?? Number.NaN);
  const epochs = rows.map(({ epoch }) => epoch ?? Number.NaN);
  const byStep = steps.every(Number.isFinite);
  return {
    nEvaluations: rows.length,
    steps: Float64Array.from(steps),
    epochs: seriesOf(epochs),
    metrics,
    trainLoss: seriesOf(lossesAt(run, byStep ? steps : epochs, byStep)),
  };
}
