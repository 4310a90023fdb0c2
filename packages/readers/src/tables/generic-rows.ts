import { rolesOf, type ColumnRoles } from "./generic-columns.ts";
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
function placedByEpoch(rows: readonly GenericRow[], roles: ColumnRoles): ColumnRoles {
  if (roles.step === undefined || roles.epoch === undefined) return roles;
  let byEpoch = false;
  for (const row of rows) {
    if (!roles.evaluation.some((name) => typeof row[name] === "number")) continue;
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

  add(row: GenericRow, step: number | null, epoch: number | null): void {
    const roles = this.#roles;
    const loss = numberIn(row, roles.trainLoss);
    const gradNorm = numberIn(row, roles.gradNorm);
    const lr = numberIn(row, roles.lr);
    const tokens = finiteIn(row, roles.tokens);
    if (loss === undefined && gradNorm === undefined && lr === undefined && tokens === undefined) return;
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
  }
}

/** Evaluations and training rows in one pass over rows that are in order. */
function curveOf(
  rows: readonly GenericRow[],
  roles: ColumnRoles,
): Pick<RawRun, "evaluations" | "training" | "lastStep"> {
  const evaluations: Evaluation[] = [];
  const training = new TrainingRows(roles);
  const byStep = roles.step !== undefined;
  let lastStep: number | null = null;
  for (const row of rows) {
    const step = byStep ? placeOf(row, roles) : null;
    const epoch = finiteIn(row, roles.epoch) ?? null;
    lastStep = laterStep(lastStep, step);
    let values: Record<string, number> | undefined;
    for (const name of roles.evaluation) {
      const value = row[name];
      if (typeof value === "number") (values ??= {})[name] = value;
    }
    if (values !== undefined) {
      evaluations.push({ step, epoch, tokens: finiteIn(row, roles.tokens), values });
      training.evaluated(step ?? epoch ?? 0);
    }
    training.add(row, step, epoch);
  }
  return { evaluations, training: training.rows, lastStep };
}

/** A column that has one value in all rows that hold it. */
function constantOf(rows: readonly GenericRow[], name: string | undefined): number | undefined {
  const values = new Set(rows.map((row) => finiteIn(row, name)).filter((value) => value !== undefined));
  return values.size === 1 ? [...values][0] : undefined;
}

function runOf(key: string, rows: readonly GenericRow[], columns: ColumnRoles, known: KnownFacts): RawRun {
  const named = placedByEpoch(rows, columns);
  const isCounted = named.step === undefined && named.epoch === undefined;
  const roles = isCounted ? { ...named, step: rowNumber } : named;
  const { rows: ordered, warnings } = orderRows(placedRows(rows, named), (row) => placeOf(row, roles));
  const plannedSteps = constantOf(rows, roles.plannedSteps) ?? known.plannedSteps;
  const curve = curveOf(ordered, roles);
  const lastStep =
    named === columns
      ? curve.lastStep
      : rows.reduce((last, row) => laterStep(last, finiteIn(row, columns.step)), curve.lastStep);
  return { key, ...curve, lastStep, known: { ...known, plannedSteps }, warnings };
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

const longName = /^(metric|key|name|tag|metric_name)$/i;

/** A long table (`step, metric, value`) as a wide one: one row per step, one column per metric. */
function pivoted(table: GenericTable): GenericTable {
  const name = table.names.find((column) => longName.test(column));
  const value = table.names.find((column) => /^value$/i.test(column));
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
    const target = wide.get(key) ?? kept;
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

const exportedColumn = /^(.+) - (.+)$/;

/**
 * A W&B export (`Step`, `<run> - <metric>`, `<run> - <metric>__MIN`) as rows with a run column, without the twins
 * that hold the range of a bucket.
 */
function exportedRuns(table: GenericTable): GenericTable {
  const [axis, ...others] = table.names;
  const columns = others.map((name) => ({ name, parts: exportedColumn.exec(name) }));
  if (axis === undefined || columns.length === 0 || columns.some(({ parts }) => parts === null)) return table;
  const kept = columns.filter(({ name }) => !/__(MIN|MAX)$/.test(name));
  const runs = [...new Set(kept.map(({ parts }) => parts![1]!))];
  const rows = runs.flatMap((run) =>
    table.rows.flatMap((row): GenericRow[] => {
      const own = kept.filter(({ name, parts }) => parts![1] === run && row[name] !== undefined);
      if (own.length === 0 || row[axis] === undefined) return [];
      return [
        {
          [axis]: row[axis],
          run,
          ...Object.fromEntries(own.map(({ name, parts }) => [parts![2]!, row[name]!])),
        },
      ];
    }),
  );
  return { ...table, names: [axis, "run", ...new Set(kept.map(({ parts }) => parts![2]!))], rows };
}

/** The runs of a generic table, or why it is none: `reason` is set where no column tells of training progress. */
export function runsOfTable(given: GenericTable): { runs: RawRun[]; reason?: string } {
  const table = exportedRuns(pivoted(given));
  const roles = rolesOf(table.names, {
    bareScores: table.bareScoresAreTraining !== true,
    metric: table.metric,
  });
  if (roles.step === undefined && roles.epoch === undefined && roles.tokens === undefined) {
    return { runs: [], reason: "has no step, epoch or token column." };
  }
  const runs = [...splitRuns(table.rows, roles.run)].map(([key, rows]) =>
    runOf(key, rows, roles, table.known ?? {}),
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
  if (runs.some(({ training }) => training.length > 0)) return "holds training rows only, no evaluation.";
  if (roles.evaluation.length > 0) return "holds no evaluation value at a step or epoch.";
  const others = names.filter((name) => name !== roles.step && name !== roles.epoch);
  const shown = others.slice(0, 8).join(", ") + (others.length > 8 ? ", ..." : "");
  return `has no column that is read as an evaluation; besides the step it has ${shown || "none"}.`;
}

const hasValues = (evaluations: readonly Evaluation[]): boolean =>
  evaluations.some(({ values }) => Object.values(values).some(Number.isFinite));
