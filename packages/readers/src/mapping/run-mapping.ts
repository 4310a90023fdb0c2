import { modelFacts, planReached, type Checkpoint, type RunRecord } from "@stopwise/core";
import { placesOf, type CheckpointPlaces } from "./checkpoint-places.ts";
import { rankMetrics } from "./metric-choice.ts";
import { chooseMetric, evalLossOf, testQualityOf, type MetricSeries } from "./metric-series.ts";
import { rangeOf } from "./quality-scale.ts";
import { brokenRunRecordRule } from "./run-record-check.ts";
import { tokenCounts } from "./token-counts.ts";
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
  /** Few evaluations that lack the metric between others that have it are checkpoints without value. */
  readonly keepsGaps?: boolean | undefined;
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

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

/** Last values of training rows, undefined where none was written yet. */
interface LastTraining {
  loss: number | undefined;
  gradNorm: number | undefined;
  lr: number | undefined;
}

/** For each checkpoint the last value that a training row at or before its step gave. */
function lastTraining(run: RawRun, rows: readonly MergedEvaluation[]): LastTraining[] {
  const training = [...run.training].sort(
    (left, right) => (left.step ?? left.epoch ?? 0) - (right.step ?? right.epoch ?? 0),
  );
  let next = 0;
  const last: LastTraining = { loss: undefined, gradNorm: undefined, lr: undefined };
  return rows.map((row) => {
    const at = row.step ?? row.epoch ?? 0;
    for (; next < training.length; next += 1) {
      const { step, epoch, loss, gradNorm, lr } = training[next]!;
      if ((row.step === null ? (epoch ?? 0) : (step ?? 0)) > at) break;
      last.loss = loss ?? last.loss;
      last.gradNorm = gradNorm ?? last.gradNorm;
      last.lr = lr ?? last.lr;
    }
    return { ...last };
  });
}

interface Series {
  readonly places: CheckpointPlaces;
  readonly evalLoss: readonly number[];
  readonly testQuality: readonly number[] | undefined;
  readonly chosen: MetricSeries;
  readonly tokens: readonly number[];
  readonly isGap: (index: number) => boolean;
}

/** Which rows are gaps of a metric: they lack it, stand between rows that have it, and are a third of those at most. */
function gapsOf(rows: readonly MergedEvaluation[], name: string): (index: number) => boolean {
  const logged = rows.map(({ values }) => Object.hasOwn(values, name));
  const [first, last] = [logged.indexOf(true), logged.lastIndexOf(true)];
  const nLogged = logged.filter(Boolean).length;
  const isFew = (last - first + 1 - nLogged) * 3 <= nLogged;
  return (index) => isFew && !logged[index]! && index > first && index < last;
}

/** Steps beyond this are no counts that numbers hold exactly. */
const largestStep = Number.MAX_SAFE_INTEGER;

function checkpointsOf(run: RawRun, rows: readonly MergedEvaluation[], series: Series): Checkpoint[] {
  const training = lastTraining(run, rows);
  const points: Checkpoint[] = [];
  let previous = Number.NEGATIVE_INFINITY;
  for (const [index, row] of rows.entries()) {
    const step = series.places.steps[index]!;
    const logged = Object.hasOwn(row.values, series.chosen.metric.name);
    if (!(logged || series.isGap(index)) || !(step >= 0 && step <= largestStep) || step <= previous) continue;
    previous = step;
    const { loss, gradNorm, lr } = training[index]!;
    const value = finiteOrNull(series.chosen.series[index]);
    points.push({
      step,
      tokens: finiteOrNull(series.tokens[index]),
      epoch: finiteOrNull(series.places.epochs[index] ?? undefined),
      ...(series.chosen.kind === "quality" ? { quality: value } : { value }),
      ...(series.testQuality === undefined ? {} : { testQuality: finiteOrNull(series.testQuality[index]) }),
      evalLoss: finiteOrNull(series.evalLoss[index]),
      trainLoss: finiteOrNull(loss),
      gradNorm: finiteOrNull(gradNorm),
      lr: finiteOrNull(lr),
    });
  }
  return points;
}

/** Token counts that were logged, else steps times the tokens of one step. */
function tokensAt(
  run: RawRun,
  rows: readonly MergedEvaluation[],
  places: CheckpointPlaces,
  perStep?: number,
) {
  const counted = tokenCounts(run, rows);
  const tokens = counted.tokens.map((count, index) =>
    Number.isFinite(count) || perStep === undefined ? count : places.steps[index]! * perStep,
  );
  return { tokens, warnings: counted.warnings };
}

function warningsOf(points: readonly Checkpoint[], chosen: MetricSeries): string[] {
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
  curve: { points: Checkpoint[]; chosen: MetricSeries; stepIsEpoch: boolean },
): RunRecord {
  const { points, chosen, stepIsEpoch } = curve;
  const maybe = <T>(value: T | undefined): T | null => value ?? null;
  const count = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) && value > 0 ? value : null;
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
    params: count(facts.params),
    datasetSize: count(facts.datasetSize),
    answerLength: count(facts.answerLength),
    metric: chosen.metric.canonical === "loss" ? "eval_loss" : chosen.metric.canonical,
    kind: chosen.kind,
    higherIsBetter: chosen.kind === "quality",
    hyper: {
      ...finiteSettings(facts.hyper),
      log: options.format,
      ...(stepIsEpoch ? { stepIsEpoch: true } : {}),
    },
    plannedSteps: count(facts.plannedSteps),
    plannedTokens: count(facts.plannedTokens),
    plannedEpochs: count(facts.plannedEpochs),
    end: facts.end ?? "unknown",
    evalSize: count(facts.evalSize),
    points,
  };
}

/** Settings that JSON holds: numbers that are not finite are none. */
const finiteSettings = (hyper: KnownFacts["hyper"]): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(hyper ?? {}).filter(([, value]) => typeof value !== "number" || Number.isFinite(value)),
  );

function renamed(values: Readonly<Record<string, number>>, names: Readonly<Record<string, string>>) {
  const named = Object.create(null) as Record<string, number>;
  for (const name in values) named[Object.hasOwn(names, name) ? names[name]! : name] = values[name]!;
  return named;
}

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
  const places = placesOf(run, rows);
  const { tokens, warnings: ofTokens } = tokensAt(run, rows, places, facts.tokensPerStep);
  const points = checkpointsOf(run, rows, {
    places,
    chosen,
    evalLoss: evalLossOf(rows, ranked, chosen),
    testQuality: testQualityOf(rows, ranked, chosen),
    tokens,
    isGap: options.keepsGaps === true ? gapsOf(rows, chosen.metric.name) : () => false,
  });
  const all = [...run.warnings, ...warnings, ...ofTokens, ...chosen.notes, ...warningsOf(points, chosen)];
  if (points.length < 2) return { record: undefined, warnings: all, missing: [] };
  const record = recordOf(facts, options, { points, chosen, stepIsEpoch: places.stepIsEpoch });
  // A log that breaks off behind its plan has lost nothing of the run.
  if (record.end === "running" && planReached(record) >= 1) record.end = "unknown";
  const broken = brokenRunRecordRule(record);
  if (broken !== undefined) {
    return {
      record: undefined,
      warnings: [...all, `${broken.field} ${broken.rule}: no run record.`],
      missing: [],
    };
  }
  return { record, warnings: all, missing: missingFacts(record) };
}
