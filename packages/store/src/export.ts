import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { DuckDBConnection } from "@duckdb/node-api";
import { InvalidInputError, type RunRecord } from "@stopwise/core";
import { checkpointColumns } from "./columns.ts";
import { whereOf, type RunFilter } from "./filter.ts";

/** Runs a writer on a file beside the target and moves it there when it is whole. */
async function wholeOrNothing(file: string, write: (draft: string) => Promise<number>): Promise<number> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    const written = await write(draft);
    await rename(draft, file);
    return written;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Writes run records as JSON lines, gzipped when the name ends in `.gz`.
 *
 * @returns how many runs were written
 * @throws {InvalidInputError} when the name ends in neither `.jsonl` nor `.jsonl.gz`
 */
export async function writeJsonLines(file: string, runs: AsyncIterable<RunRecord>): Promise<number> {
  if (!/\.jsonl(\.gz)?$/.test(file)) {
    throw new InvalidInputError(
      `the export file must end in .jsonl, .jsonl.gz or .parquet, got ${file}.`,
      "Give it one of these endings.",
    );
  }
  let written = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const run of runs) {
      written += 1;
      yield `${JSON.stringify(run)}\n`;
    }
  }
  return wholeOrNothing(file, async (draft) => {
    const source = Readable.from(lines());
    const sink = createWriteStream(draft);
    await (file.endsWith(".gz") ? pipeline(source, createGzip(), sink) : pipeline(source, sink));
    return written;
  });
}

const fields = checkpointColumns.map(({ field, column }) => `"${field}" := ${column}`).join(", ");

/** Writes runs as Parquet, one row per run, `points` a list of structs. */
export async function writeParquet(
  connection: DuckDBConnection,
  file: string,
  filter: RunFilter,
): Promise<number> {
  const { where, values } = whereOf(filter);
  return wholeOrNothing(file, async (draft) => {
    const target = draft.replaceAll("'", "''");
    const result = await connection.run(
      `COPY (SELECT runs.* EXCLUDE (run, hash), points FROM runs LEFT JOIN (
               SELECT run, list(struct_pack(${fields}, extra := extra) ORDER BY idx) AS points
               FROM checkpoints LEFT JOIN checkpoint_extras USING (run, idx) GROUP BY run) USING (run)
             WHERE ${where} ORDER BY id) TO '${target}' (FORMAT parquet)`,
      values,
    );
    return result.rowsChanged;
  });
}
