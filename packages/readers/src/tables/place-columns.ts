import { keyOf } from "./evaluation-names.ts";
import { rolesOf, type ColumnRoles } from "./generic-columns.ts";
import type { GenericRow, GenericTable } from "./generic-rows.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";

/** A table, what its columns stand for, and the plan that its places tell. */
export interface PlacedTable {
  readonly table: GenericTable;
  readonly roles: ColumnRoles;
  readonly plan: KnownFacts;
}

const fraction = /^(\d{1,15})\s?\/\s?(\d{1,15})$/;
const place = /(^|_)(steps?|iter|iteration|update|epoch)(_|$)/;

/** A name such as `global_step/max_steps` or `step` whose cells read `100/438`. */
function fractionColumn({ names, rows }: GenericTable): string | undefined {
  const named = names.filter((name) => place.test(keyOf(name)));
  return named.find((name) => {
    const first = rows.find((row) => row[name] !== undefined)?.[name];
    return typeof first === "string" && fraction.test(first);
  });
}

/** The table with the column of fractions as a column of places, and the largest denominator as the plan. */
function withoutFractions(table: GenericTable): { table: GenericTable; plan: KnownFacts } {
  const column = fractionColumn(table);
  if (column === undefined) return { table, plan: {} };
  const name = column.split("/")[0]!;
  let planned = 0;
  const rows = table.rows.map((row): GenericRow => {
    const text = row[column];
    const parts = typeof text === "string" ? fraction.exec(text) : null;
    if (parts === null) return row;
    planned = Math.max(planned, Number(parts[2]));
    const others = Object.entries(row).filter(([each]) => each !== column);
    return { ...Object.fromEntries(others), [name]: Number(parts[1]) };
  });
  const names = [...new Set(table.names.map((each) => (each === column ? name : each)))];
  const isEpoch = /epoch/.test(keyOf(name));
  return {
    table: { ...table, names, rows },
    plan: planned === 0 ? {} : isEpoch ? { plannedEpochs: planned } : { plannedSteps: planned },
  };
}

const count = (rows: readonly GenericRow[], name: string): number =>
  rows.reduce((total, row) => total + (typeof row[name] === "number" ? 1 : 0), 0);

/**
 * The training loss of the rows where two columns could be it: the Trainer logs `loss` in its steps and, in its last
 * row, the mean of the whole run as `train_loss`.
 */
function trainLossOf({ rows, names }: GenericTable, roles: ColumnRoles): string | undefined {
  const { trainLoss } = roles;
  const plain = names.find((name) => keyOf(name) === "loss");
  if (trainLoss === undefined || plain === undefined || plain === trainLoss) return trainLoss;
  return count(rows, plain) > count(rows, trainLoss) ? plain : trainLoss;
}

/** Steps that are all below 0 (`-1` is the end of an epoch for sentence-transformers) tell no place. */
function isNoStep(rows: readonly GenericRow[], step: string): boolean {
  let nNegative = 0;
  for (const row of rows) {
    const value = row[step];
    if (typeof value !== "number") continue;
    if (value >= 0) return false;
    nNegative += 1;
  }
  return nNegative > 0;
}

/** Steps that begin anew with each epoch count within it. */
function countsWithinEpochs(rows: readonly GenericRow[], step: string, epoch: string): boolean {
  let nFalls = 0;
  let [lastStep, lastEpoch] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    const [at, turn] = [row[step], row[epoch]];
    if (typeof at !== "number" || typeof turn !== "number") continue;
    if (at < lastStep) {
      if (!(turn > lastEpoch && Math.floor(turn) === turn)) return false;
      nFalls += 1;
    }
    [lastStep, lastEpoch] = [at, turn];
  }
  return nFalls > 0;
}

function stepOf(table: GenericTable, { step, epoch }: ColumnRoles): string | undefined {
  if (step === undefined || epoch === undefined) return step;
  const { rows } = table;
  return isNoStep(rows, step) || countsWithinEpochs(rows, step, epoch) ? undefined : step;
}

/** Finds what the columns of a table stand for, and splits cells that tell place and plan at once. */
export function withPlaces(given: GenericTable): PlacedTable {
  const { table, plan } = withoutFractions(given);
  const named = rolesOf(table.names, {
    bareScores: table.bareScoresAreTraining !== true,
    metric: table.metric,
  });
  const roles = { ...named, step: stepOf(table, named), trainLoss: trainLossOf(table, named) };
  return { table, roles, plan };
}
