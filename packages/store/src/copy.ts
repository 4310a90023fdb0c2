import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { InvalidInputError, runRecordSchema, type RunRecord } from "@stopwise/core";
import { isPostgres } from "./address.ts";
import type { ModelRegistry, OpenOptions, UpsertCounts } from "./contract.ts";
import { databaseFile } from "./duckdb/database.ts";
import { exportRuns, isExportFile } from "./files/export.ts";
import { readParquet } from "./files/parquet.ts";
import { openRegistry, openStore, withStore } from "./open.ts";
import { packRun, unpackRun, type StoredRun } from "./pack.ts";

/** What a copy moved. */
export interface Copied {
  readonly nRuns: number;
  /** What the runs were to the target; null where that is a file. */
  readonly stored: UpsertCounts | null;
  /** Models whose bytes were copied, with the history of what was in use; files carry none. */
  readonly nModels: number;
}

const isFile = (address: string): boolean => !isPostgres(address) && isExportFile(address);

/** Whether a folder holds run files and no store of its own: the shards of several machines. */
function shardsOf(folder: string): string[] {
  if (isPostgres(folder) || !existsSync(folder) || !statSync(folder).isDirectory()) return [];
  if (existsSync(databaseFile(folder))) return [];
  return readdirSync(folder)
    .filter(isExportFile)
    .sort()
    .map((name) => join(folder, name));
}

async function* readLines(file: string): AsyncGenerator<StoredRun> {
  const bytes = createReadStream(file);
  const lines = createInterface({ input: file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== "") yield packRun(recordOf(line, `${file}:${number}`)) as StoredRun;
  }
}

function recordOf(line: string, where: string): RunRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InvalidInputError(`${where}: no JSON.`, "Write the file again with stopwise runs export.");
  }
  const parsed = runRecordSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidInputError(
    `${where}: ${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "no run record"}.`,
    "Write the file again with stopwise runs export.",
  );
}

async function* readFiles(files: readonly string[]): AsyncGenerator<StoredRun> {
  for (const file of files) {
    if (!existsSync(file)) throw new InvalidInputError(`${file} is not there.`, "Check the path.");
    yield* file.endsWith(".parquet") ? readParquet([file]) : readLines(file);
  }
}

/** The runs of a store, a file, or a folder of shards. */
async function* runsOf(from: string, options: OpenOptions): AsyncGenerator<StoredRun> {
  const files = isFile(from) ? [from] : shardsOf(from);
  if (files.length > 0) {
    yield* readFiles(files);
    return;
  }
  if (!isPostgres(from) && !existsSync(databaseFile(from))) {
    throw new InvalidInputError(
      `${from} is no store, no .jsonl, .jsonl.gz or .parquet file, and no folder of such files.`,
      "Check the path.",
    );
  }
  const store = await openStore(from, { ...options, mode: "read" });
  try {
    yield* store.streamPacked();
  } finally {
    await store.close();
  }
}

async function copyModels(from: ModelRegistry, to: ModelRegistry): Promise<number> {
  const known = new Set((await to.history()).map(({ version, promotedAt }) => `${version} ${promotedAt}`));
  let copied = 0;
  for (const entry of await from.history()) {
    if (known.has(`${entry.version} ${entry.promotedAt}`)) continue;
    let bytes: Uint8Array;
    try {
      bytes = await from.read(entry);
    } catch {
      // Too old to be kept, or damaged: the store it comes from cannot use it either.
      continue;
    }
    const runs = (await from.runsOf(entry)) ?? [];
    await to.promote(bytes, { facts: entry.facts, runs }, new Date(entry.promotedAt));
    copied += 1;
  }
  return copied;
}

/**
 * Copies every run (and, between stores, the models and which of them is in use) from one place to another: a store, a
 * `.parquet`, `.jsonl` or `.jsonl.gz` file, or a folder of such files. Runs that the target has already are as after an
 * ingest of the same runs; a file is written anew. All or nothing for the runs.
 */
export async function copyStore(from: string, to: string, options: OpenOptions = {}): Promise<Copied> {
  if (from === to) throw new InvalidInputError("both places are the same.", "Name another place to copy to.");
  const source = runsOf(from, options);
  if (isFile(to)) return { nRuns: await exportRuns(to, source), stored: null, nModels: 0 };
  let nRuns = 0;
  async function* records(): AsyncGenerator<RunRecord> {
    for await (const stored of source) {
      nRuns += 1;
      yield unpackRun(stored);
    }
  }
  const first = await source.next();
  async function* all(): AsyncGenerator<RunRecord> {
    if (first.done === true) return;
    nRuns += 1;
    yield unpackRun(first.value);
    yield* records();
  }
  const stored = await withStore(to, options, (target) => target.upsertRuns(all()));
  const isStore = !isFile(from) && shardsOf(from).length === 0;
  return { nRuns, stored, nModels: isStore ? await copyBetween(from, to) : 0 };
}

async function copyBetween(from: string, to: string): Promise<number> {
  const [source, target] = [await openRegistry(from, { mode: "read" }), await openRegistry(to)];
  try {
    return await copyModels(source, target);
  } finally {
    await source.close();
    await target.close();
  }
}
