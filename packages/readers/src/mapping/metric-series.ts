import { isMetric, nameMetric, normaliseName, rankMetrics, type NamedMetric } from "./metric-choice.ts";
import { rangeOf, scaleByRange, scaleQuality } from "./quality-scale.ts";
import type { MergedEvaluation } from "./raw-run.ts";

/** The metric that a record monitors, as a series. */
export interface MetricSeries {
  readonly metric: NamedMetric;
  readonly kind: "quality" | "loss";
  /** `[nCheckpoints]`, NaN where missing. */
  readonly series: readonly number[];
  readonly notes: readonly string[];
}

type Rows = readonly MergedEvaluation[];

/** `[nCheckpoints]` values of a metric, NaN where it was not logged. */
export const columnOf = (rows: Rows, name: string): number[] =>
  rows.map(({ values }) => (Object.hasOwn(values, name) ? values[name]! : Number.NaN));

function asQuality(rows: Rows, metric: NamedMetric): MetricSeries | undefined {
  const scaled = scaleQuality(columnOf(rows, metric.name), metric);
  return scaled && { metric, kind: "quality", series: scaled.quality, notes: scaled.notes };
}

function asLoss(rows: Rows, metric: NamedMetric): MetricSeries | undefined {
  const series = columnOf(rows, metric.name);
  return series.some(Number.isFinite) ? { metric, kind: "loss", series, notes: [] } : undefined;
}

const seriesOf = (rows: Rows, metric: NamedMetric): MetricSeries | undefined =>
  metric.metricClass === "loss" ? asLoss(rows, metric) : asQuality(rows, metric);

/** A score that was asked for by a name that tells of none; a reward may fit no scale but its own range. */
function asAsked(rows: Rows, name: string, asked: string): MetricSeries | undefined {
  const metric: NamedMetric = {
    name,
    canonical: normaliseName(asked),
    metricClass: "match",
    split: "validation",
    rank: 0,
  };
  const known = asQuality(rows, metric);
  if (known !== undefined || !/(^|_)(rewards?|rew|return)(_|$)/.test(normaliseName(name))) return known;
  const scaled = scaleByRange(columnOf(rows, name), metric);
  return scaled && { metric, kind: "quality", series: scaled.quality, notes: scaled.notes };
}

function chooseAsked(rows: Rows, names: readonly string[], asked: string): MetricSeries | undefined {
  const order = new Map(rankMetrics(names).map((metric, index) => [metric.name, index]));
  const found = names
    .filter((name) => isMetric(name, asked))
    .sort((left, right) => (order.get(left) ?? 1e9) - (order.get(right) ?? 1e9));
  for (const name of found) {
    const metric = nameMetric(name);
    const chosen = metric === undefined ? asAsked(rows, name, asked) : seriesOf(rows, metric);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

/** Whether a score never moves over three evaluations or more. */
function isStill({ series }: MetricSeries): boolean {
  const finite = series.filter(Number.isFinite);
  const { min, max } = rangeOf(finite);
  return finite.length > 2 && min === max;
}

/** The most preferred series; a score that never moves gives way to one of the same split that does. */
function choosePreferred(rows: Rows, names: readonly string[]): MetricSeries | undefined {
  let still: MetricSeries | undefined;
  for (const metric of rankMetrics(names)) {
    const chosen = seriesOf(rows, metric);
    if (chosen === undefined) continue;
    if (still === undefined && chosen.kind === "quality" && isStill(chosen)) still = chosen;
    else if (still === undefined || (chosen.kind === "quality" && !isStill(chosen))) return chosen;
  }
  return still;
}

/**
 * The metric that a record monitors: the one asked for, else the best quality, else the loss.
 *
 * @param rows - evaluations in the order of their steps
 * @param names - metrics of the log, as written
 * @param asked - as the log or the field writes it
 */
export function chooseMetric(
  rows: Rows,
  names: readonly string[],
  asked: string | undefined,
): { chosen: MetricSeries | undefined; warnings: string[] } {
  const wanted = asked === undefined ? undefined : chooseAsked(rows, names, asked);
  if (wanted !== undefined) return { chosen: wanted, warnings: [] };
  const warnings =
    asked === undefined || names.length === 0
      ? []
      : [`the log has no usable metric "${asked}"; it has ${names.join(", ")}.`];
  return { chosen: choosePreferred(rows, names), warnings };
}

/** The evaluation set that a metric's name tells besides its split and its last words: `beta` of `eval_beta_f1`. */
function setOf({ name, canonical }: NamedMetric): string {
  const parts = normaliseName(name)
    .replace(/^((full_valid|eval|evaluation|validation|valid|val|dev|test)_)+/, "")
    .split("_");
  const isLoss = /loss|cross_entropy/.test(canonical);
  const tail = isLoss ? parts.findIndex((part) => /^(loss|cross|ce|nll)$/.test(part)) : parts.length - 1;
  return parts.slice(0, Math.max(tail, 0)).join("_");
}

/** Whether the set of a score is that of a loss; `exact_match` and `overall_f1` name none. */
const isSameSet = (score: string, loss: string): boolean =>
  loss === "" || score === loss || score.startsWith(`${loss}_`);

/** `[nCheckpoints]` the evaluation loss beside a quality metric, of the same evaluation set; NaN where there is none. */
export function evalLossOf(rows: Rows, ranked: readonly NamedMetric[], chosen: MetricSeries): number[] {
  const losses = ranked.filter(
    (metric) =>
      metric.metricClass === "loss" &&
      /loss|cross_entropy/.test(metric.canonical) &&
      metric.name !== chosen.metric.name,
  );
  const ofSplit = losses.filter(({ split }) => split === chosen.metric.split);
  const candidates = ofSplit.length > 0 ? ofSplit : losses;
  const set = setOf(chosen.metric);
  const own =
    candidates.find((loss) => set !== "" && setOf(loss) !== "" && isSameSet(set, setOf(loss))) ??
    candidates.find((loss) => isSameSet(set, setOf(loss)));
  const loss = own ?? (candidates.length === 1 ? candidates[0] : undefined);
  return loss === undefined || chosen.kind === "loss"
    ? rows.map(() => Number.NaN)
    : columnOf(rows, loss.name);
}

/** `[nCheckpoints]` the same score on a test set, where the monitored one is not itself on a test set. */
export function testQualityOf(
  rows: Rows,
  ranked: readonly NamedMetric[],
  chosen: MetricSeries,
): readonly number[] | undefined {
  if (chosen.kind === "loss" || chosen.metric.split === "test") return undefined;
  const twin = ranked.find(
    (metric) => metric.split === "test" && metric.canonical === chosen.metric.canonical,
  );
  return twin === undefined ? undefined : scaleQuality(columnOf(rows, twin.name), twin)?.quality;
}
