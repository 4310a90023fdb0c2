import type { DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { checkpointColumns, runColumns } from "../columns.ts";
import { whereOf, type RunFilter } from "../filter.ts";
import type { Cell, StoredRun } from "../pack.ts";
import { readNumbers } from "./vector.ts";

/** A stored run with its number in the tables. */
export interface NumberedRun extends StoredRun {
  readonly run: number;
}

const headSelect = `run, hash, n_checkpoints, ${runColumns.map(({ column }) => column).join(", ")}, hyper, extra`;
const pointSelect = `run, idx, nulls, ${checkpointColumns.map(({ column }) => column).join(", ")}`;
/** Runs, and checkpoints, that are held in memory at a time (one longer run is held alone). */
const [batchRuns, batchCheckpoints] = [2048, 500_000];

/** A run without checkpoints yet, from a row of `runs`. */
function storedHead(row: readonly unknown[]): NumberedRun {
  const nCheckpoints = row[2] as number;
  const text = (i: number): string | null => row[i] as string | null;
  return {
    run: row[0] as number,
    hash: row[1] as string,
    nCheckpoints,
    cells: row.slice(3, 3 + runColumns.length) as Cell[],
    hyper: text(3 + runColumns.length),
    extra: text(4 + runColumns.length),
    series: new Float64Array(checkpointColumns.length * nCheckpoints).fill(Number.NaN),
    nulls: new Int32Array(nCheckpoints),
    extras: new Map<number, string>(),
  };
}

function integersOf(chunk: DuckDBDataChunk, column: number): Int32Array {
  const values = new Int32Array(chunk.rowCount);
  readNumbers(chunk.getColumnVector(column), { from: 0, to: chunk.rowCount }, { values, at: 0 });
  return values;
}

/** Puts the rows `[from, to)` of a chunk, checkpoints of one run in order, where they belong. */
function place(
  chunk: DuckDBDataChunk,
  target: NumberedRun,
  rows: { from: number; to: number; at: number },
): void {
  readNumbers(chunk.getColumnVector(2), rows, { values: target.nulls, at: rows.at });
  for (let i = 0; i < checkpointColumns.length; i++) {
    const at = i * target.nCheckpoints + rows.at;
    readNumbers(chunk.getColumnVector(3 + i), rows, { values: target.series, at });
  }
}

/** Spreads a chunk over its runs; a stretch of rows of one run with rising index is copied at once. */
function spread(chunk: DuckDBDataChunk, targets: ReadonlyMap<number, NumberedRun>): void {
  const runs = integersOf(chunk, 0);
  const indices = integersOf(chunk, 1);
  for (let from = 0; from < runs.length;) {
    let to = from + 1;
    while (to < runs.length && runs[to] === runs[from] && indices[to] === indices[to - 1]! + 1) to++;
    const target = targets.get(runs[from]!);
    if (target !== undefined) place(chunk, target, { from, to, at: indices[from]! });
    from = to;
  }
}

async function fillCheckpoints(connection: DuckDBConnection, runs: readonly NumberedRun[]): Promise<void> {
  const targets = new Map(runs.map((stored) => [stored.run, stored]));
  const result = await connection.stream(
    `SELECT ${pointSelect} FROM checkpoints WHERE run BETWEEN $1 AND $2`,
    [runs[0]!.run, runs.at(-1)!.run],
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    spread(chunk, targets);
  }
  const extras = await connection.runAndReadAll(
    "SELECT run, idx, extra FROM checkpoint_extras WHERE run BETWEEN $1 AND $2 ORDER BY run, idx",
    [runs[0]!.run, runs.at(-1)!.run],
  );
  for (const [run, index, extra] of extras.getRows()) {
    targets.get(run as number)?.extras.set(index as number, extra as string);
  }
}

/** Rows of `runs` in stretches with a bounded number of checkpoints. */
function* stretches(rows: readonly (readonly unknown[])[]): Generator<NumberedRun[]> {
  let [batch, held]: [NumberedRun[], number] = [[], 0];
  for (const row of rows) {
    const n = row[2] as number;
    if (batch.length > 0 && held + n > batchCheckpoints) {
      yield batch;
      [batch, held] = [[], 0];
    }
    batch.push(storedHead(row));
    held += n;
  }
  if (batch.length > 0) yield batch;
}

/** The stored runs of a filter in the order they were written, a batch in memory at a time. */
export async function* storedRuns(
  connection: DuckDBConnection,
  filter: RunFilter = {},
): AsyncGenerator<NumberedRun> {
  const { where, values } = whereOf(filter);
  for (let after = -1; ;) {
    const reader = await connection.runAndReadAll(
      `SELECT ${headSelect} FROM runs WHERE ${where} AND run > ${after} ORDER BY run LIMIT ${batchRuns}`,
      values,
    );
    const rows = reader.getRows();
    if (rows.length === 0) return;
    for (const runs of stretches(rows)) {
      await fillCheckpoints(connection, runs);
      yield* runs;
    }
    after = rows.at(-1)![0] as number;
  }
}
