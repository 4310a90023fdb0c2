import { isAnswerScore, isReturn, keyOf } from "./evaluation-names.ts";
import type { ColumnRoles } from "./generic-columns.ts";
import type { GenericRow } from "./generic-table.ts";

/** The evaluation values of a row, by column; undefined where the row is no evaluation. */
export type EvaluationOf = (row: GenericRow) => Record<string, number> | undefined;

/** A row's values without a prototype: a metric named `__proto__` is a name like others. */
export const emptyValues = (): Record<string, number> => Object.create(null) as Record<string, number>;

const isLogged = (row: GenericRow, name: string | undefined): boolean =>
  name !== undefined && typeof row[name] === "number";

function valuesIn(row: GenericRow, names: readonly string[]): Record<string, number> | undefined {
  let values: Record<string, number> | undefined;
  for (const name of names) {
    const value = row[name];
    if (typeof value === "number") (values ??= emptyValues())[name] = value;
  }
  return values;
}

/**
 * Whether a row was written in a step of training: then its scores without a split are of the training batch. A
 * learning rate or gradient norm tells so for every score; a training loss alone for scores that a trainer works out
 * for its batches, such as an accuracy, since one row for each epoch may sum up training and evaluation.
 */
function isTrainingScore(row: GenericRow, name: string, roles: ColumnRoles): boolean {
  const key = keyOf(name);
  if (isReturn(key)) return false;
  if (isLogged(row, roles.gradNorm) || isLogged(row, roles.lr)) return true;
  return isLogged(row, roles.trainLoss) && !isAnswerScore(key);
}

/** Whether a score without a split belongs to the evaluation that stands in its row. */
function isBesideEvaluation(row: GenericRow, name: string, roles: ColumnRoles): boolean {
  const key = keyOf(name);
  const namesTraining = roles.trainLoss !== undefined && keyOf(roles.trainLoss).includes("train");
  return isAnswerScore(key) || namesTraining || !isTrainingScore(row, name, roles);
}

/**
 * The one rule of what an evaluation is, for every table of rows (console, JSON lines, CSV, W&B). Columns that name a
 * split count wherever they stand. Scores that name none count beside them, where the row's training loss names its
 * own split or no trainer works such a score out for a batch; in tables without a split they count in rows that were
 * not written in a step of training.
 */
export function evaluationRule(roles: ColumnRoles): EvaluationOf {
  const { evaluation, bare } = roles;
  if (bare.length === 0) return (row) => valuesIn(row, evaluation);
  const belongs = evaluation.length > 0 ? isBesideEvaluation : undefined;
  return (row) => {
    const named = valuesIn(row, evaluation);
    if (belongs !== undefined && named === undefined) return undefined;
    const scores = bare.filter(
      (name) =>
        typeof row[name] === "number" &&
        (belongs === undefined ? !isTrainingScore(row, name, roles) : belongs(row, name, roles)),
    );
    const values = scores.length === 0 ? undefined : valuesIn(row, scores);
    return values === undefined ? named : Object.assign(named ?? emptyValues(), values);
  };
}

/** One evaluation and whether its row holds values of a training step too. */
export interface WrittenEvaluation {
  readonly values: Readonly<Record<string, number>>;
  readonly inTraining: boolean;
}

/** How the evaluations of a log stand among its training rows. */
export interface Surroundings {
  /** Training rows before the first evaluation. */
  readonly nBefore: number;
  /** Training rows without evaluation behind the first evaluation. */
  readonly nBetween: number;
}

const nDecimals = (value: number): number => {
  const text = String(value);
  const point = text.indexOf(".");
  return point < 0 || text.includes("e") ? 0 : text.length - point - 1;
};

/** Equal to the digits printed: a progress line may repeat `2.0543` as `2.054`. */
function isRepeated(left: number, right: number | undefined): boolean {
  if (right === undefined || !Number.isFinite(left)) return false;
  if (left === right) return true;
  const decimals = Math.max(3, Math.min(nDecimals(left), nDecimals(right)));
  return Math.abs(left - right) < 0.5001 * 10 ** -decimals && nDecimals(left) !== nDecimals(right);
}

function repeatsIn(rows: readonly WrittenEvaluation[]): boolean[] {
  const last = emptyValues();
  return rows.map(({ values, inTraining }) => {
    let repeated = inTraining;
    for (const name in values) {
      repeated &&= isRepeated(values[name]!, last[name]);
      if (!repeated) last[name] = values[name]!;
    }
    return repeated;
  });
}

/** Whether values change after stretches of equal length, the first and the last apart, which may be cut. */
function changesRegularly(isRepeat: readonly boolean[]): boolean {
  const lengths: number[] = [];
  for (const repeated of isRepeat) {
    if (repeated) lengths[lengths.length - 1]! += 1;
    else lengths.push(1);
  }
  const whole = lengths.slice(1, -1);
  return whole.length > 1 && Math.min(...whole) > 1 && Math.max(...whole) - Math.min(...whole) <= 1;
}

/**
 * Which evaluations merely repeat the last one: loggers such as NeMo's, Lightning's progress bar and litgpt's print
 * the last validation values again in every line of training. An evaluation that comes out equal is no repeat: so
 * most evaluations must repeat the one before, and either the log has lines without a value before the first and
 * none after it, or the values change after stretches of equal length.
 *
 * @param rows - evaluations in the order of the log
 * @returns `[nRows]` true for a repeat
 */
export function repeatedEvaluations(
  rows: readonly WrittenEvaluation[],
  { nBefore, nBetween }: Surroundings,
): readonly boolean[] {
  const isRepeat = repeatsIn(rows);
  const nRepeats = isRepeat.filter(Boolean).length;
  const nTraining = rows.filter(({ inTraining }) => inTraining).length;
  const isCarried =
    nRepeats * 2 > nTraining &&
    nBetween * 10 <= nTraining &&
    ((nBefore > 0 && nRepeats > 1) || changesRegularly(isRepeat));
  return isCarried ? isRepeat : rows.map(() => false);
}
