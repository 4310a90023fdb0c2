import type { End } from "@stopwise/core";

/** One evaluation as the log has it: values under the log's own names, percent stays percent. */
export interface Evaluation {
  /** Optimiser step; null where the log has no step. */
  readonly step: number | null;
  readonly epoch: number | null;
  /** Cumulative training tokens, where this row tells. */
  readonly tokens?: number | undefined;
  readonly values: Readonly<Record<string, number>>;
  /** Values to map instead of `values` where the row is known to be written wrongly; null: leave the row out. */
  readonly mended?: Readonly<Record<string, number>> | null;
  /** Written after training had ended, possibly for another checkpoint than the last. */
  readonly afterEnd?: boolean;
}

/** One training row of a log. */
export interface TrainingRow {
  readonly step: number | null;
  readonly epoch?: number | undefined;
  readonly loss?: number | undefined;
  readonly gradNorm?: number | undefined;
  readonly lr?: number | undefined;
  readonly tokens?: number | undefined;
}

/** What a log, a card or a user tells of a run besides its curve. */
export interface KnownFacts {
  readonly task?: string | undefined;
  readonly group?: string | undefined;
  readonly sweep?: string | undefined;
  readonly model?: string | undefined;
  readonly family?: string | undefined;
  readonly params?: number | undefined;
  readonly datasetSize?: number | undefined;
  readonly answerLength?: number | undefined;
  readonly evalSize?: number | undefined;
  readonly plannedSteps?: number | undefined;
  readonly plannedTokens?: number | undefined;
  readonly plannedEpochs?: number | undefined;
  readonly end?: End | undefined;
  readonly metric?: string | undefined;
  /** Training tokens of one optimiser step. */
  readonly tokensPerStep?: number | undefined;
  readonly hyper?: Readonly<Record<string, unknown>> | undefined;
}

/** One run as a reader found it, before the quality metric is chosen. */
export interface RawRun {
  /** Tells the runs of one file apart; empty where a file holds one. */
  readonly key: string;
  /** In the order of the file. */
  readonly evaluations: readonly Evaluation[];
  readonly training: readonly TrainingRow[];
  /** Largest step of any row, null where the log has none. */
  readonly lastStep: number | null;
  readonly known: KnownFacts;
  readonly warnings: readonly string[];
  /** The steps are epochs; the record counts them from 1. */
  readonly stepIsEpoch?: boolean;
  /** The steps count rows of the log from 0; the record counts them from 1 where the first was trained. */
  readonly stepIsCounter?: boolean;
  /** Metrics that the record knows under another name, by their name in the log. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Evaluations of one step (or epoch) joined. */
export interface MergedEvaluation {
  readonly step: number | null;
  readonly epoch: number | null;
  readonly tokens: number | undefined;
  readonly values: Record<string, number>;
}

const keyOf = (row: Evaluation): number => row.step ?? row.epoch ?? 0;

type Merging = { -readonly [Key in keyof MergedEvaluation]: MergedEvaluation[Key] };

/** A fresh record of values without a prototype: a metric named `__proto__` is a name like others. */
const copied = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.assign(Object.create(null) as Record<string, number>, values);

function joinInto(target: Merging, row: Evaluation, values: Readonly<Record<string, number>>): void {
  for (const name in values) {
    const value = values[name]!;
    if (Number.isFinite(value) || !Object.hasOwn(target.values, name)) target.values[name] = value;
  }
  target.epoch = row.epoch ?? target.epoch;
  target.tokens = row.tokens ?? target.tokens;
}

/**
 * Joins the evaluations of each step (epoch, where there is no step) and sorts them by it. A later finite value
 * wins over an earlier one; NaN only stands where nothing else was written.
 *
 * @param evaluations - rows in the order of the file
 * @param valuesOf - which values of a row count; null leaves the row out
 */
export function mergeEvaluations(
  evaluations: readonly Evaluation[],
  valuesOf: (row: Evaluation) => Readonly<Record<string, number>> | null = (row) => row.values,
): MergedEvaluation[] {
  const merged = new Map<number, Merging>();
  for (const row of evaluations) {
    const values = valuesOf(row);
    if (values === null) continue;
    const key = keyOf(row);
    const known = merged.get(key);
    if (known !== undefined) joinInto(known, row, values);
    else merged.set(key, { step: row.step, epoch: row.epoch, tokens: row.tokens, values: copied(values) });
  }
  return [...merged.values()].sort((left, right) => keyOf(left) - keyOf(right));
}

/** The larger of two steps, null being no step. */
export function laterStep(left: number | null, right: number | null | undefined): number | null {
  if (right === null || right === undefined || !Number.isFinite(right)) return left;
  return left === null ? right : Math.max(left, right);
}

/**
 * Drops what a restart abandoned: where a step falls below its predecessor's, every earlier row with a larger step.
 *
 * @returns the rows kept, in order, and how many were dropped
 */
export function dropAbandoned<Row extends { readonly step: number | null }>(
  rows: readonly Row[],
): { rows: Row[]; nDropped: number } {
  const kept: Row[] = [];
  let largest = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    if (row.step !== null && row.step < largest) {
      const from = kept.findLastIndex((earlier) => earlier.step !== null && earlier.step <= row.step!) + 1;
      kept.splice(from);
    }
    if (row.step !== null) largest = row.step;
    kept.push(row);
  }
  return { rows: kept, nDropped: rows.length - kept.length };
}

/**
 * Puts rows in the order of their steps. A few falls of the step are restarts, each dropping what it abandoned;
 * many falls are a table that was never in order, which is sorted.
 *
 * @param rows - rows in the order of the file
 * @param at - step (or epoch) of a row, null where it has none
 */
export function orderRows<Row>(
  rows: readonly Row[],
  at: (row: Row) => number | null,
): { rows: readonly Row[]; warnings: string[] } {
  let nFalls = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const step = at(row) ?? 0;
    if (step < previous) nFalls += 1;
    previous = step;
  }
  if (nFalls === 0) return { rows, warnings: [] };
  const placed = rows.map((row) => ({ step: at(row), row }));
  if (nFalls > Math.max(3, rows.length / 20)) {
    const sorted = placed.toSorted((left, right) => (left.step ?? 0) - (right.step ?? 0));
    return { rows: sorted.map(({ row }) => row), warnings: ["the steps do not rise: the rows are sorted."] };
  }
  const { rows: kept, nDropped } = dropAbandoned(placed);
  const warnings = [
    `the run was restarted ${nFalls} times: ${nDropped} rows of abandoned branches are dropped.`,
  ];
  return { rows: kept.map(({ row }) => row), warnings };
}
