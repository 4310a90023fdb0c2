import {
  evaluationRule,
  repeatedEvaluations,
  type EvaluationOf,
  type WrittenEvaluation,
} from "./evaluation-rows.ts";
import { rolesOf, type ColumnRoles } from "./generic-columns.ts";
import { withPlaces } from "./place-columns.ts";
import {
  laterStep,
  orderRows,
  type Evaluation,
  type KnownFacts,
  type RawRun,
  type TrainingRow,
} from "../mapping/raw-run.ts";

/** A table of rows: numbers and texts by column name; what was not logged in a row is absent. */
export interface GenericTable {
  readonly names: readonly string[];
  readonly rows: readonly GenericRow[];
  readonly known?: KnownFacts;
  /** Scores without evaluation prefix are of the training data. */
  readonly bareScoresAreTraining?: boolean;
  /** The metric that was asked for. */
  readonly metric?: string | undefined;
}

/** One row: numbers and texts by column name. */
export type GenericRow = Readonly<Record<string, number | string>>;

const numberIn = (row: GenericRow, name: string | undefined): number | undefined => {
  const value = name === undefined ? undefined : row[name];
  return typeof value === "number" ? value : undefined;
};

const finiteIn = (row: GenericRow, name: string | undefined): number | undefined => {
  const value = numberIn(row, name);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
};

/** Where a row stands: its step, else its epoch; null where the table has such a column and the row no value. */
function placeOf(row: GenericRow, roles: ColumnRoles): number | null {
  return finiteIn(row, roles.step ?? roles.epoch) ?? null;
}

/** The rows that stand somewhere, with the row's number as step where the table has neither step nor epoch. */
function placedRows(rows: readonly GenericRow[], roles: ColumnRoles): readonly GenericRow[] {
  if (roles.step === undefined && roles.epoch === undefined) {
    return rows.map((row, index) => ({ ...row, [rowNumber]: index + 1 }));
  }
  return rows.filter((row) => placeOf(row, roles) !== null);
}

/** Roles by epoch where training rows alone have a step and the evaluations an epoch. */
function placedByEpoch(
  rows: readonly GenericRow[],
  roles: ColumnRoles,
  evaluationOf: EvaluationOf,
): ColumnRoles {
  if (roles.step === undefined || roles.epoch === undefined) return roles;
  let byEpoch = false;
  for (const row of rows) {
    if (evaluationOf(row) === undefined) continue;
    if (finiteIn(row, roles.step) !== undefined || finiteIn(row, roles.epoch) === undefined) return roles;
    byEpoch = true;
  }
  return byEpoch ? { ...roles, step: undefined } : roles;
}

const rowNumber = "row number";

type Training = { -readonly [Key in keyof TrainingRow]: TrainingRow[Key] };

/**
 * Collects training rows that come in the order of their steps. What later rows overwrite before the next evaluation
 * is never asked for, so that rows are joined until one stands behind an evaluation: a log has many more training
 * rows than evaluations.
 */
class TrainingRows {
  readonly rows: TrainingRow[] = [];
  #open: Training | undefined;
  #evaluatedAt = Number.NEGATIVE_INFINITY;
  /** The first evaluation that the open row stands before; rows behind it are rows of their own. */
  #boundary = Number.POSITIVE_INFINITY;
  readonly #roles: ColumnRoles;

  constructor(roles: ColumnRoles) {
    this.#roles = roles;
  }

  evaluated(at: number): void {
    this.#evaluatedAt = at;
    if (this.#open !== undefined) this.#boundary = Math.min(this.#boundary, at);
  }

  /** Takes the training values of a row; whether it has a loss, a rate or a gradient norm. */
  add(row: GenericRow, step: number | null, epoch: number | null): boolean {
    const roles = this.#roles;
    const loss = numberIn(row, roles.trainLoss);
    const gradNorm = numberIn(row, roles.gradNorm);
    const lr = numberIn(row, roles.lr);
    const tokens = finiteIn(row, roles.tokens);
    const isStep = loss !== undefined || gradNorm !== undefined || lr !== undefined;
    if (!isStep && tokens === undefined) return false;
    const at = step ?? epoch ?? 0;
    let open = this.#open;
    if (open === undefined || at > this.#boundary) {
      this.#boundary = this.#evaluatedAt >= at ? this.#evaluatedAt : Number.POSITIVE_INFINITY;
      open = { step, epoch: epoch ?? undefined, loss, gradNorm, lr, tokens };
      this.#open = open;
      this.rows.push(open);
    } else {
      open.step = step;
      open.epoch = epoch ?? undefined;
      if (loss !== undefined) open.loss = loss;
      if (gradNorm !== undefined) open.gradNorm = gradNorm;
      if (lr !== undefined) open.lr = lr;
      if (tokens !== undefined) open.tokens = tokens;
    }
    return isStep;
  }
}

type Placed = Evaluation & WrittenEvaluation & { readonly afterEnd: boolean };

/** Evaluations without those behind the end of training whose step has been evaluated before the end. */
function beforeTheEnd(rows: readonly Placed[]): readonly Placed[] {
  if (!rows.some(({ afterEnd }) => afterEnd)) return rows;
  const at = ({ step, epoch }: Placed): number | null => step ?? epoch;
  const during = new Set(rows.filter(({ afterEnd }) => !afterEnd).map(at));
  return rows.filter((row) => !row.afterEnd || !during.has(at(row)));
}

/** Evaluations without repeats of the last one, and what to say of those left out. */
function ownEvaluations(
  rows: readonly Placed[],
  surroundings: { nBefore: number; nBetween: number },
): { evaluations: readonly Placed[]; warnings: string[] } {
  const during = beforeTheEnd(rows);
  const isRepeat = repeatedEvaluations(during, surroundings);
  const evaluations = during.filter((_, index) => !isRepeat[index]);
  const [nAfter, nRepeats] = [rows.length - during.length, during.length - evaluations.length];
  const warnings = [
    ...(nAfter > 0
      ? [`${nAfter} evaluations after the end of training, at a step evaluated before, are left out.`]
      : []),
    ...(nRepeats > 0
      ? [`${nRepeats} rows repeat the values of the last evaluation: they are no evaluations.`]
      : []),
  ];
  return { evaluations, warnings };
}

/** Evaluations and training rows in one pass over rows that are in order. */
function curveOf(
  rows: readonly GenericRow[],
  roles: ColumnRoles,
  evaluationOf: EvaluationOf,
): Pick<RawRun, "evaluations" | "training" | "lastStep"> & { warnings: string[] } {
  const found: Placed[] = [];
  const training = new TrainingRows(roles);
  const byStep = roles.step !== undefined;
  let lastStep: number | null = null;
  let [nBefore, nBetween] = [0, 0];
  let afterEnd = false;
  for (const row of rows) {
    const step = byStep ? placeOf(row, roles) : null;
    const epoch = finiteIn(row, roles.epoch) ?? null;
    if (step !== null && (lastStep === null || step > lastStep)) lastStep = step;
    if (roles.endOfTraining !== undefined && row[roles.endOfTraining] !== undefined) {
      afterEnd = true;
      continue;
    }
    const values = evaluationOf(row);
    const inTraining = training.add(row, step, epoch);
    if (values !== undefined) {
      found.push({ step, epoch, tokens: finiteIn(row, roles.tokens), values, inTraining, afterEnd });
      training.evaluated(step ?? epoch ?? 0);
    } else if (inTraining && found.length === 0) nBefore += 1;
    else if (inTraining) nBetween += 1;
  }
  const { evaluations, warnings } = ownEvaluations(found, { nBefore, nBetween });
  return {
    evaluations: evaluations.map(({ step, epoch, tokens, values }) => ({ step, epoch, tokens, values })),
    training: training.rows,
    lastStep,
    warnings,
  };
}

/** A column that has one value in all rows that hold it. */
function constantOf(rows: readonly GenericRow[], name: string | undefined): number | undefined {
  const values = new Set(rows.map((row) => finiteIn(row, name)).filter((value) => value !== undefined));
  return values.size === 1 ? [...values][0] : undefined;
}

/** The stages of a log: behind the end of a training a lower step begins another one. */
function stagesOf(rows: readonly GenericRow[], roles: ColumnRoles): readonly (readonly GenericRow[])[] {
  const mark = roles.endOfTraining;
  if (mark === undefined) return [rows];
  const stages: GenericRow[][] = [[]];
  let endedAt = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const at = placeOf(row, roles);
    if (at !== null && at < endedAt) {
      stages.push([]);
      endedAt = Number.NEGATIVE_INFINITY;
    }
    stages.at(-1)!.push(row);
    if (row[mark] !== undefined) endedAt = at ?? endedAt;
  }
  return stages;
}

function stageOf(
  key: string,
  rows: readonly GenericRow[],
  options: { readonly columns: ColumnRoles; readonly known: KnownFacts },
): RawRun {
  const { columns, known } = options;
  const evaluationOf = evaluationRule(columns);
  const named = placedByEpoch(rows, columns, evaluationOf);
  const isCounted = named.step === undefined && named.epoch === undefined;
  const roles = isCounted ? { ...named, step: rowNumber } : named;
  const { rows: ordered, warnings } = orderRows(placedRows(rows, named), (row) => placeOf(row, roles));
  const plannedSteps = constantOf(rows, roles.plannedSteps) ?? known.plannedSteps;
  const plannedEpochs = constantOf(rows, roles.plannedEpochs) ?? known.plannedEpochs;
  const { warnings: remarks, ...curve } = curveOf(ordered, roles, evaluationOf);
  const lastStep =
    named === columns
      ? curve.lastStep
      : rows.reduce((last, row) => laterStep(last, finiteIn(row, columns.step)), curve.lastStep);
  return {
    key,
    ...curve,
    lastStep,
    known: { ...known, plannedSteps, plannedEpochs },
    warnings: [...warnings, ...remarks],
  };
}

/** The runs of rows that belong together: one, or one for each finished stage. */
function runsOf(key: string, rows: readonly GenericRow[], columns: ColumnRoles, known: KnownFacts): RawRun[] {
  return stagesOf(rows, columns).map((stage, index) => {
    const name = index === 0 ? key : [key, `stage=${index + 1}`].filter(Boolean).join(" ");
    return stageOf(name, stage, { columns, known });
  });
}

/** Rows by the value of the run column; one group where there is none or it has one value. */
function splitRuns(rows: readonly GenericRow[], run: string | undefined): Map<string, readonly GenericRow[]> {
  if (run === undefined) return new Map([["", rows]]);
  const groups = new Map<string, GenericRow[]>();
  for (const row of rows) {
    const value = row[run];
    const key = value === undefined ? "" : `${run}=${value}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups.size > 1 ? groups : new Map([["", rows]]);
}

const emptyRow = (): Record<string, number | string> =>
  Object.create(null) as Record<string, number | string>;

const longName = /^(metric|key|name|tag|metric_name)$/i;
/** The values of a long table; beside `metric_name` they may stand under `metric`. */
const longValue = /^(value|metric_value)$/i;

/** A long table (`step, metric, value`) as a wide one: one row per step, one column per metric. */
function pivoted(table: GenericTable): GenericTable {
  const name =
    table.names.find((column) => /^metric_name$/i.test(column)) ??
    table.names.find((column) => longName.test(column));
  const value =
    table.names.find((column) => longValue.test(column)) ??
    (/^metric_name$/i.test(name ?? "") ? table.names.find((column) => /^metric$/i.test(column)) : undefined);
  if (name === undefined || value === undefined) return table;
  const others = table.names.filter((column) => column !== name && column !== value);
  const { step, epoch, run } = rolesOf(others);
  const wide = new Map<string, Record<string, number | string>>();
  const metrics = new Set<string>();
  for (const row of table.rows) {
    const metric = String(row[name] ?? "");
    const key = [run, step ?? epoch]
      .map((column) => (column === undefined ? "" : String(row[column])))
      .join("\n");
    const kept = Object.fromEntries(
      others.filter((column) => row[column] !== undefined).map((column) => [column, row[column]!]),
    );
    const target = wide.get(key) ?? Object.assign(emptyRow(), kept);
    if (row[value] !== undefined && metric !== "") target[metric] = row[value];
    wide.set(key, target);
    metrics.add(metric);
  }
  const at = (row: GenericRow): number => numberIn(row, step ?? epoch) ?? 0;
  return {
    ...table,
    names: [...others, ...metrics],
    rows: [...wide.values()].sort((left, right) => at(left) - at(right)),
  };
}

/** Run and metric of an exported column, `<run> - <metric>`. */
function exportedColumn(name: string): readonly [string, string] | undefined {
  const at = name.lastIndexOf(" - ");
  return at < 1 || at + 3 >= name.length ? undefined : [name.slice(0, at), name.slice(at + 3)];
}

/**
 * A W&B export (`Step`, `<run> - <metric>`, `<run> - <metric>__MIN`) as rows with a run column, without the twins
 * that hold the range of a bucket.
 */
function exportedRuns(table: GenericTable): GenericTable {
  const [axis, ...others] = table.names;
  const columns = others.map((name) => ({ name, parts: exportedColumn(name) }));
  if (axis === undefined || columns.length === 0 || columns.some(({ parts }) => parts === undefined))
    return table;
  const kept = columns.filter(({ name }) => !/__(MIN|MAX)$/.test(name));
  const runs = [...new Set(kept.map(({ parts }) => parts![0]))];
  const rows = runs.flatMap((run) =>
    table.rows.flatMap((row): GenericRow[] => {
      const own = kept.filter(({ name, parts }) => parts![0] === run && row[name] !== undefined);
      if (own.length === 0 || row[axis] === undefined) return [];
      return [
        {
          [axis]: row[axis],
          run,
          ...Object.fromEntries(own.map(({ name, parts }) => [parts![1], row[name]!])),
        },
      ];
    }),
  );
  return { ...table, names: [axis, "run", ...new Set(kept.map(({ parts }) => parts![1]))], rows };
}

/** The runs of a generic table, or why it is none: `reason` is set where no column tells of training progress. */
export function runsOfTable(given: GenericTable): { runs: RawRun[]; reason?: string } {
  const { table, roles, plan } = withPlaces(exportedRuns(pivoted(given)));
  if (roles.step === undefined && roles.epoch === undefined && roles.tokens === undefined) {
    return { runs: [], reason: "has no step, epoch or token column." };
  }
  const runs = [...splitRuns(table.rows, roles.run)].flatMap(([key, rows]) =>
    runsOf(key, rows, roles, { ...plan, ...table.known }),
  );
  const withRows = runs.filter(
    ({ training, evaluations, lastStep }) => training.length + evaluations.length > 0 || lastStep !== null,
  );
  if (withRows.some(({ evaluations }) => hasValues(evaluations))) return { runs: withRows };
  return { runs: withRows, reason: withoutCurve(table, roles, withRows) };
}

/** Why a table has no curve. */
function withoutCurve({ rows, names }: GenericTable, roles: ColumnRoles, runs: readonly RawRun[]): string {
  if (rows.length === 0) return "has no rows.";
  const unread = roles.evaluation.length > 0 ? [] : roles.bare;
  if (unread.length > 0 && runs.some(({ training }) => training.length > 0)) {
    return `holds training rows only, no evaluation: ${shortList(unread)} stand in rows of training steps. If they are of an evaluation, name one with --metric.`;
  }
  if (runs.some(({ training }) => training.length > 0)) return "holds training rows only, no evaluation.";
  if (roles.evaluation.length > 0) return "holds no evaluation value at a step or epoch.";
  const others = names.filter((name) => name !== roles.step && name !== roles.epoch);
  return `has no column that is read as an evaluation; besides the step it has ${shortList(others) || "none"}.`;
}

const shortList = (names: readonly string[]): string =>
  names.slice(0, 8).join(", ") + (names.length > 8 ? ", ..." : "");

const hasValues = (evaluations: readonly Evaluation[]): boolean =>
  evaluations.some(({ values }) => Object.values(values).some(Number.isFinite));
