import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkpointColumns, runColumns } from "../columns.ts";
import { scratchDatabase, type Database } from "../duckdb/database.ts";
import { faultOf } from "../duckdb/faults.ts";
import { storedRuns } from "../duckdb/read.ts";
import { RunWriter } from "../duckdb/write.ts";
import type { StoredRun } from "../pack.ts";
import { draftOf, wholeOrNothing } from "./draft.ts";

/** Checkpoints that are held in memory before they are written to a part. */
const partCheckpoints = 250_000;
/** Rows (runs) of one row group: what a reader holds at a time. */
const groupRows = 2048;

const fields = checkpointColumns.map(({ field, column }) => `"${field}" := ${column}`).join(", ");
const heads = ["hash", "n_checkpoints", ...runColumns.map(({ column }) => column), "hyper", "extra"].join(
  ", ",
);
const quoted = (file: string): string => `'${file.replaceAll("'", "''")}'`;

const tables = ["runs", "checkpoints", "checkpoint_extras"];

/** Writes the tables of the scratch database as one Parquet file, one row per run, `points` a list of structs. */
async function writePart({ connection }: Database, file: string): Promise<void> {
  await connection.run(
    `COPY (SELECT ${heads}, points FROM runs LEFT JOIN (
             SELECT run, list(struct_pack(${fields}, nulls := nulls, extra := checkpoint_extras.extra) ORDER BY idx) AS points
             FROM checkpoints LEFT JOIN checkpoint_extras USING (run, idx) GROUP BY run) USING (run)
           ORDER BY run) TO ${quoted(file)} (FORMAT parquet, ROW_GROUP_SIZE ${groupRows})`,
  );
  for (const table of tables) await connection.run(`DELETE FROM ${table}`);
}

/** Spreads runs over parts of a bounded number of checkpoints each. */
async function writeParts(
  database: Database,
  runs: AsyncIterable<StoredRun>,
  folder: string,
): Promise<{ parts: string[]; nRuns: number }> {
  const parts: string[] = [];
  let [nRuns, held] = [0, 0];
  let writer: RunWriter | undefined;
  const flush = async (): Promise<void> => {
    writer?.close();
    writer = undefined;
    held = 0;
    const part = join(folder, `${String(parts.length).padStart(6, "0")}.parquet`);
    await writePart(database, part);
    parts.push(part);
  };
  for await (const run of runs) {
    writer ??= await RunWriter.open(database.connection);
    writer.add(nRuns++, run);
    held += 1 + run.nCheckpoints;
    if (held > partCheckpoints) await flush();
  }
  if (writer !== undefined || parts.length === 0) await flush();
  return { parts, nRuns };
}

/**
 * Writes runs as Parquet, one row per run: its columns, `hyper` and `extra` as JSON, and `points`, a list of structs. A
 * part is in memory at a time; the parts are then joined row group by row group.
 *
 * @returns how many runs were written
 */
export async function writeParquet(file: string, runs: AsyncIterable<StoredRun>): Promise<number> {
  return wholeOrNothing(file, async (draft) => {
    const folder = draftOf(`${file}.parts`);
    mkdirSync(folder, { recursive: true });
    const database = await scratchDatabase();
    try {
      const { parts, nRuns } = await writeParts(database, runs, folder);
      await database.connection.run("SET threads = 1");
      await database.connection.run(
        `COPY (SELECT * FROM read_parquet([${parts.map(quoted).join(", ")}]))
         TO ${quoted(draft)} (FORMAT parquet, ROW_GROUP_SIZE ${groupRows})`,
      );
      return nRuns;
    } catch (error) {
      throw faultOf(error, file);
    } finally {
      database.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Rows that are read at a time. */
const readRows = 1024;

/**
 * The runs of Parquet files that `writeParquet` wrote, a batch in memory at a time.
 *
 * @param files - read one after the other
 * @throws {InvalidInputError} when a file is damaged or has other columns
 */
export async function* readParquet(files: readonly string[]): AsyncGenerator<StoredRun> {
  const database = await scratchDatabase();
  try {
    for (const file of files) yield* readFile(database, file);
  } finally {
    database.close();
  }
}

async function* readFile(database: Database, file: string): AsyncGenerator<StoredRun> {
  const { connection } = database;
  try {
    const from = `read_parquet(${quoted(file)}, file_row_number = true)`;
    const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${from}`);
    const nRows = counted.getRows()[0]![0] as number;
    for (let at = 0; at < nRows; at += readRows) {
      const rows = `${from} WHERE file_row_number BETWEEN ${at} AND ${at + readRows - 1}`;
      await connection.run(
        `INSERT INTO runs SELECT (file_row_number - ${at})::INTEGER, ${heads} FROM ${rows} ORDER BY file_row_number`,
      );
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE part AS
         SELECT run, (i - 1)::INTEGER AS idx, points[i] AS p FROM (
           SELECT (file_row_number - ${at})::INTEGER AS run, points, unnest(range(1, len(points) + 1)) AS i FROM ${rows})`,
      );
      const columns = checkpointColumns.map(({ field }) => `p."${field}"`).join(", ");
      await connection.run(
        `INSERT INTO checkpoints SELECT run, idx, p.nulls, ${columns} FROM part ORDER BY run, idx`,
      );
      await connection.run(
        "INSERT INTO checkpoint_extras SELECT run, idx, p.extra FROM part WHERE p.extra IS NOT NULL ORDER BY run, idx",
      );
      yield* storedRuns(connection);
      for (const table of tables) await connection.run(`DELETE FROM ${table}`);
    }
  } catch (error) {
    throw faultOf(error, file);
  }
}
