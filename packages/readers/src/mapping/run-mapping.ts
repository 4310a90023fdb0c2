import { modelFacts, type Checkpoint, type RunRecord } from "@stopwise/core";
import { isMetric, nameMetric, rankMetrics, type NamedMetric } from "./metric-choice.ts";
import { rangeOf, scaleQuality } from "./quality-scale.ts";
import { mergeEvaluations, type KnownFacts, type MergedEvaluation, type RawRun } from "./raw-run.ts";

/** How a raw run becomes a run record. */
export interface MappingOptions {
  /** Stable identity of the run. */
  readonly id: string;
  /** Path of the log as it is shown. */
  readonly path: string;
  /** Format of the log. */
  readonly format: string;
  /** The quality metric that was asked for, as the log or the field writes it. */
  readonly metric?: string | undefined;
  /** Facts that win over what the log tells. */
  readonly given: KnownFacts;
}

/** A run record with what had to be assumed; no record where the log holds no curve. */
export interface MappedRun {
  readonly record: RunRecord | undefined;
  readonly warnings: readonly string[];
  /** Names of the task facts that neither the log nor the user gave. */
  readonly missing: readonly string[];
}

interface Chosen {
  readonly metric: NamedMetric;
  readonly kind: "quality" | "loss";
  /** `[nCheckpoints]`, NaN where missing. */
  readonly series: readonly number[];
  readonly notes: readonly string[];
}

const column = (rows: readonly MergedEvaluation[], name: string): number[] =>
  rows.map((row) => row.values[name] ?? Number.NaN);

function asQuality(rows: readonly MergedEvaluation[], metric: NamedMetric): Chosen | undefined {
  const scaled = scaleQuality(column(rows, metric.name), metric);
  return scaled && { metric, kind: "quality", series: scaled.quality, notes: scaled.notes };
}

function asLoss(rows: readonly MergedEvaluation[], metric: NamedMetric): Chosen | undefined {
  const series = column(rows, metric.name);
  return series.some(Number.isFinite) ? { metric, kind: "loss", series, notes: [] } : undefined;
}

function chooseAsked(rows: readonly MergedEvaluation[], names: readonly string[], asked: string) {
  const order = new Map(rankMetrics(names).map((metric, index) => [metric.name, index]));
  const found = names
    .filter((name) => isMetric(name, asked))
    .sort((left, right) => (order.get(left) ?? 1e9) - (order.get(right) ?? 1e9));
  for (const name of found) {
    const metric = nameMetric(name) ?? {
      name,
      canonical: asked,
      metricClass: "match",
      split: "validation",
      rank: 0,
    };
    const chosen = metric.metricClass === "loss" ? asLoss(rows, metric) : asQuality(rows, metric);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

/** The metric that the record monitors: the one asked for, else the best quality, else the loss. */
function chooseMetric(
  rows: readonly MergedEvaluation[],
  names: readonly string[],
  asked: string | undefined,
) {
  const wanted = asked === undefined ? undefined : chooseAsked(rows, names, asked);
  const missed =
    asked === undefined || wanted !== undefined || names.length === 0
      ? []
      : [`the log has no usable metric "${asked}"; it has ${names.join(", ")}.`];
  if (wanted !== undefined) return { chosen: wanted, warnings: [] };
  for (const metric of rankMetrics(names)) {
    const chosen = metric.metricClass === "loss" ? asLoss(rows, metric) : asQuality(rows, metric);
    if (chosen !== undefined) return { chosen, warnings: missed };
  }
  return { chosen: undefined, warnings: missed };
}

/** Steps of the checkpoints: the log's own, else epochs counted from 1. */
function stepsOf(run: RawRun, rows: readonly MergedEvaluation[]): { steps: number[]; stepIsEpoch: boolean } {
  if (rows.every((row) => row.step !== null)) {
    const shift = run.stepIsEpoch === true && rows.some((row) => row.step === 0) ? 1 : 0;
    return { steps: rows.map((row) => row.step! + shift), stepIsEpoch: run.stepIsEpoch === true };
  }
  const fromZero = rows.some((row) => row.epoch === 0);
  const shift = fromZero ? 1 : 0;
  return { steps: rows.map((row, index) => (row.epoch ?? index) + shift), stepIsEpoch: true };
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Last values of training rows, undefined where none was written yet. */
interface LastTraining {
  loss: number | undefined;
  gradNorm: number | undefined;
  lr: number | undefined;
  tokens: number | undefined;
}

/** For each checkpoint the last value that a training row at or before its step gave. */
function lastTraining(run: RawRun, rows: readonly MergedEvaluation[]): LastTraining[] {
  const training = [...run.training].sort(
    (left, right) => (left.step ?? left.epoch ?? 0) - (right.step ?? right.epoch ?? 0),
  );
  let next = 0;
  const last: LastTraining = { loss: undefined, gradNorm: undefined, lr: undefined, tokens: undefined };
  return rows.map((row) => {
    const at = row.step ?? row.epoch ?? 0;
    for (; next < training.length; next += 1) {
      const { step, epoch, loss, gradNorm, lr, tokens } = training[next]!;
      if ((row.step === null ? (epoch ?? 0) : (step ?? 0)) > at) break;
      last.loss = loss ?? last.loss;
      last.gradNorm = gradNorm ?? last.gradNorm;
      last.lr = lr ?? last.lr;
      last.tokens = tokens ?? last.tokens;
    }
    return { ...last };
  });
}

interface Series {
  readonly steps: readonly number[];
  readonly evalLoss: readonly number[];
  readonly testQuality: readonly number[] | undefined;
  readonly chosen: Chosen;
  readonly tokensPerStep: number | undefined;
}

function checkpointsOf(run: RawRun, rows: readonly MergedEvaluation[], series: Series): Checkpoint[] {
  const training = lastTraining(run, rows);
  const points: Checkpoint[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const [index, row] of rows.entries()) {
    const step = series.steps[index]!;
    const logged = Object.hasOwn(row.values, series.chosen.metric.name);
    if (!logged || !(step >= 0) || step <= previous) continue;
    previous = step;
    const { loss, gradNorm, lr, tokens } = training[index]!;
    const value = finiteOrNull(series.chosen.series[index]);
    const seen =
      row.tokens ?? tokens ?? (series.tokensPerStep === undefined ? undefined : step * series.tokensPerStep);
    points.push({
      step,
      tokens: finiteOrNull(seen),
      epoch: row.epoch,
      ...(series.chosen.kind === "quality" ? { quality: value } : { value }),
      ...(series.testQuality === undefined ? {} : { testQuality: finiteOrNull(series.testQuality[index]) }),
      evalLoss: finiteOrNull(series.evalLoss[index]),
      trainLoss: finiteOrNull(loss),
      gradNorm: finiteOrNull(gradNorm),
      lr: finiteOrNull(lr),
    });
  }
  return tokensRise(points) ? points : points.map((point) => ({ ...point, tokens: null }));
}

function tokensRise(points: readonly Checkpoint[]): boolean {
  return points.every((point, index) => {
    const before = points[index - 1]?.tokens;
    return point.tokens === null || before === null || before === undefined || point.tokens! >= before;
  });
}

/** The evaluation loss beside a quality metric. */
function evalLossOf(
  rows: readonly MergedEvaluation[],
  ranked: readonly NamedMetric[],
  chosen: Chosen,
): number[] {
  const loss = ranked.find(
    (metric) =>
      metric.metricClass === "loss" &&
      /loss|cross_entropy/.test(metric.canonical) &&
      metric !== chosen.metric,
  );
  return loss === undefined || chosen.metric.name === loss.name
    ? rows.map(() => Number.NaN)
    : column(rows, loss.name);
}

/** The same score on a test set, where the monitored one is not itself on a test set. */
function testQualityOf(rows: readonly MergedEvaluation[], ranked: readonly NamedMetric[], chosen: Chosen) {
  if (chosen.kind === "loss" || chosen.metric.split === "test") return undefined;
  const twin = ranked.find(
    (metric) => metric.split === "test" && metric.canonical === chosen.metric.canonical,
  );
  return twin === undefined ? undefined : scaleQuality(column(rows, twin.name), twin)?.quality;
}

function warningsOf(points: readonly Checkpoint[], chosen: Chosen): string[] {
  const values = points.map(
    (point) => (chosen.kind === "quality" ? point.quality : point.value) ?? Number.NaN,
  );
  const finite = values.filter(Number.isFinite);
  const best = rangeOf(finite)[chosen.kind === "quality" ? "max" : "min"];
  const warnings: string[] = [];
  if (points.length < 2) return ["one evaluation is no curve: no run record."];
  if (points.length < 5) warnings.push(`only ${points.length} checkpoints.`);
  if (chosen.kind === "loss")
    warnings.push(`no quality metric: ${chosen.metric.name} is recorded as a loss.`);
  if (finite.length < values.length)
    warnings.push(`${values.length - finite.length} values of ${chosen.metric.name} are not finite.`);
  if (finite.length > 1 && finite.every((value) => value === finite[0])) {
    warnings.push(`${chosen.metric.name} is the same at every checkpoint.`);
  } else if (finite.length > 2 && finite.at(-1) === best && finite.indexOf(best) === finite.length - 1) {
    warnings.push(`the last evaluation is the best: the run may not have been trained to its end.`);
  }
  return warnings;
}

/** Names of the task facts that a record lacks. */
export const missingFacts = (record: RunRecord): string[] =>
  Object.entries({
    task: record.task,
    family: record.family,
    params: record.params,
    datasetSize: record.datasetSize,
    answerLength: record.answerLength,
    evalSize: record.evalSize,
    plan: record.plannedSteps ?? record.plannedTokens ?? record.plannedEpochs,
    tokens: record.points.at(-1)?.tokens,
    quality: record.kind === "quality" ? true : undefined,
  })
    .filter(([, value]) => value === undefined || value === null)
    .map(([name]) => name);

/** Facts of the log under facts that were given, with family and parameters read off the model's name. */
function allFacts(known: KnownFacts, given: KnownFacts): KnownFacts {
  const stated = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const facts: KnownFacts = { ...known, ...stated, hyper: { ...known.hyper, ...given.hyper } };
  const named = facts.model === undefined ? undefined : modelFacts(facts.model);
  return {
    ...facts,
    family: facts.family ?? named?.family ?? undefined,
    params: facts.params ?? named?.params ?? undefined,
  };
}

function recordOf(
  facts: KnownFacts,
  options: MappingOptions,
  curve: { points: Checkpoint[]; chosen: Chosen; stepIsEpoch: boolean },
): RunRecord {
  const { points, chosen, stepIsEpoch } = curve;
  const maybe = <T>(value: T | undefined): T | null => value ?? null;
  return {
    id: options.id,
    source: null,
    path: options.path,
    // Without task and sweep the group is unknown: a folder of its own makes no task of its own.
    group: maybe(facts.group ?? facts.task ?? facts.sweep),
    sweep: maybe(facts.sweep),
    task: maybe(facts.task),
    model: maybe(facts.model),
    family: maybe(facts.family),
    params: maybe(facts.params),
    datasetSize: maybe(facts.datasetSize),
    answerLength: maybe(facts.answerLength),
    metric: chosen.metric.canonical === "loss" ? "eval_loss" : chosen.metric.canonical,
    kind: chosen.kind,
    higherIsBetter: chosen.kind === "quality",
    hyper: { ...facts.hyper, log: options.format, ...(stepIsEpoch ? { stepIsEpoch: true } : {}) },
    plannedSteps: maybe(facts.plannedSteps),
    plannedTokens: maybe(facts.plannedTokens),
    plannedEpochs: maybe(facts.plannedEpochs),
    end: facts.end ?? "unknown",
    evalSize: maybe(facts.evalSize),
    points,
  };
}

const renamed = (values: Readonly<Record<string, number>>, names: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [names[name] ?? name, value]));

/** The value of an evaluation that counts for the record: rows after the end of training count only where nothing else was evaluated at their step. */
function recordValues(run: RawRun) {
  const during = new Set(run.evaluations.filter((row) => row.afterEnd !== true).map((row) => row.step));
  return (row: RawRun["evaluations"][number]) => {
    if (row.afterEnd === true && during.has(row.step)) return null;
    const values = row.mended === undefined ? row.values : row.mended;
    return values === null || run.aliases === undefined ? values : renamed(values, run.aliases);
  };
}

/**
 * Maps a raw run to a run record: chooses the quality metric (the one asked for, else by the preference match,
 * overlap, error rate, correlation), scales it to [0, 1], and attaches to each checkpoint the last training row at
 * or before it. A run with a loss only becomes a record of kind `loss`; fewer than two evaluations are no curve.
 */
export function mapRun(run: RawRun, options: MappingOptions): MappedRun {
  const rows = mergeEvaluations(run.evaluations, recordValues(run));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.values)))];
  const facts = allFacts(run.known, options.given);
  const { chosen, warnings } = chooseMetric(rows, names, options.metric ?? facts.metric);
  if (chosen === undefined) {
    const none = rows.length === 0 ? [] : [`no evaluation metric can be read as a quality or a loss.`];
    return { record: undefined, warnings: [...run.warnings, ...warnings, ...none], missing: [] };
  }
  const ranked = rankMetrics(names);
  const { steps, stepIsEpoch } = stepsOf(run, rows);
  const points = checkpointsOf(run, rows, {
    steps,
    chosen,
    evalLoss: evalLossOf(rows, ranked, chosen),
    testQuality: testQualityOf(rows, ranked, chosen),
    tokensPerStep: facts.tokensPerStep,
  });
  const all = [...run.warnings, ...warnings, ...chosen.notes, ...warningsOf(points, chosen)];
  if (points.length < 2) return { record: undefined, warnings: all, missing: [] };
  const record = recordOf(facts, options, { points, chosen, stepIsEpoch });
  return { record, warnings: all, missing: missingFacts(record) };
}
