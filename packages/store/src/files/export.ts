import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InvalidInputError, type RunRecord } from "@stopwise/core";
import { packRun, unpackRun, type StoredRun } from "../pack.ts";
import { wholeOrNothing } from "./draft.ts";
import { writeParquet } from "./parquet.ts";

/** Whether runs can be written to a file of this name. */
export function isExportFile(file: string): boolean {
  return /\.(jsonl|jsonl\.gz|parquet)$/.test(file);
}

async function writeJsonLines(file: string, runs: AsyncIterable<StoredRun>): Promise<number> {
  let written = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const run of runs) {
      written += 1;
      yield `${JSON.stringify(unpackRun(run))}\n`;
    }
  }
  return wholeOrNothing(file, async (draft) => {
    const source = Readable.from(lines());
    const sink = createWriteStream(draft);
    await (file.endsWith(".gz") ? pipeline(source, createGzip(), sink) : pipeline(source, sink));
    return written;
  });
}

/**
 * Writes runs to a file, whole or not at all: run-record JSON lines, gzipped when the name ends in `.gz`, or Parquet.
 *
 * @returns how many runs were written
 * @throws {InvalidInputError} when the name has another ending, or the file cannot be written
 */
export async function exportRuns(file: string, runs: AsyncIterable<StoredRun>): Promise<number> {
  if (file.endsWith(".parquet")) return writeParquet(file, runs);
  if (isExportFile(file)) return writeJsonLines(file, runs);
  throw new InvalidInputError(
    `the export file must end in .jsonl, .jsonl.gz or .parquet, got ${file}.`,
    "Give it one of these endings.",
  );
}

/** Writes run records that stand in no store to a file, as `exportRuns` does; of records with one id the last counts. */
export async function writeRecords(file: string, records: readonly RunRecord[]): Promise<number> {
  const last = new Map(records.map((record) => [record.id, record]));
  async function* packed(): AsyncGenerator<StoredRun> {
    for (const record of last.values()) yield await Promise.resolve(packRun(record) as StoredRun);
  }
  return exportRuns(file, packed());
}
