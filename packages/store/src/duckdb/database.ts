import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { InvalidInputError } from "@stopwise/core";
import { migrations } from "../columns.ts";
import type { OpenOptions } from "../contract.ts";
import { faultOf } from "./faults.ts";
import { draftOf, writeFault } from "../files/draft.ts";
import { openInMemory, openWaiting, type OpenFile } from "./holding.ts";

/** The file of a store folder that holds runs and checkpoints. */
export function databaseFile(folder: string): string {
  return join(folder, "store.duckdb");
}

async function schemaVersion(connection: DuckDBConnection): Promise<number> {
  const tables = await connection.runAndReadAll(
    "SELECT 1 FROM information_schema.tables WHERE table_name = 'schema_version'",
  );
  if (tables.currentRowCount === 0) return 0;
  const rows = await connection.runAndReadAll("SELECT max(version)::INTEGER FROM schema_version");
  return Number(rows.getRows()[0]?.[0] ?? 0);
}

/** The refusal of a store that a newer stopwise wrote. */
export function newerStore(store: string, version: number, known: number): InvalidInputError {
  return new InvalidInputError(
    `${store} has schema version ${version}, this stopwise knows up to ${known}.`,
    "Update stopwise, or name another folder with --store.",
  );
}

/** Brings the tables to the newest schema, all or nothing; refuses a store that a newer stopwise wrote. */
async function migrate(connection: DuckDBConnection, file: string): Promise<void> {
  const version = await schemaVersion(connection);
  if (version > migrations.length) throw newerStore(file, version, migrations.length);
  if (version === migrations.length) return;
  await connection.run("BEGIN");
  await connection.run("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
  for (const [i, statements] of migrations.entries()) {
    if (i < version) continue;
    await connection.run(statements);
    await connection.run(`INSERT INTO schema_version VALUES (${i + 1})`);
  }
  await connection.run("COMMIT");
}

/** An open database; `close` gives the file free at once. */
export interface Database {
  readonly file: string;
  readonly connection: DuckDBConnection;
  close(): void;
}

/** A database in memory with the tables of a store: what Parquet files are written from and read into. */
export async function scratchDatabase(): Promise<Database> {
  return openFile(":memory:", {});
}

/**
 * Opens a store's database with the newest schema. A store that is not there yet is created in `write` mode and
 * answered from memory, empty, in `read` mode. An older store opened for reading is brought up to date first.
 *
 * @throws {StoreBusyError} when another process holds the file for longer than `waitSeconds`
 * @throws {InvalidInputError} when a newer stopwise wrote it, or it is no database
 */
export async function openDatabase(folder: string, options: OpenOptions = {}): Promise<Database> {
  const onDisk = databaseFile(folder);
  const file = options.mode === "read" && !existsSync(onDisk) ? ":memory:" : onDisk;
  try {
    if (file !== ":memory:" && !existsSync(file)) await create(folder, file);
    return await openFile(file, options);
  } catch (error) {
    if (!(error instanceof OutdatedStore)) throw error;
    (await openDatabase(folder, { ...options, mode: "write" })).close();
    return openDatabase(folder, options);
  }
}

/**
 * Makes an empty store beside its place and puts it there when it is whole: a process that is killed in between leaves no
 * half store, and of two that do so at once one is kept.
 */
async function create(folder: string, file: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const draft = draftOf(file);
  try {
    (await openFile(draft, { waitSeconds: 0 })).close();
    // What a store that was moved away left of its log belongs to that one.
    if (!existsSync(file) && existsSync(`${file}.wal`)) renameSync(`${file}.wal`, `${file}.wal.left`);
    placeNew(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw writeFault(error, file);
  } finally {
    for (const left of [draft, `${draft}.wal`]) rmSync(left, { force: true });
  }
}

/** Gives a draft its name unless that is taken; where the file system knows no links, in two steps. */
function placeNew(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "ENOTSUP" && code !== "ENOSYS") throw error;
    if (!existsSync(file)) renameSync(draft, file);
  }
}

async function inMemory(): Promise<OpenFile> {
  const instance = await openInMemory();
  return { instance, release: () => instance.closeSync() };
}

async function openFile(file: string, options: OpenOptions): Promise<Database> {
  const opened = await (file === ":memory:" ? inMemory() : openWaiting(file, options));
  try {
    const connection = await opened.instance.connect();
    if (file !== ":memory:" && options.mode === "read") await requireCurrent(connection, file);
    else await migrate(connection, file);
    const close = (): void => {
      connection.closeSync();
      opened.release();
    };
    return { file, connection, close };
  } catch (error) {
    opened.release();
    throw error instanceof OutdatedStore ? error : faultOf(error, file);
  }
}

/** A store whose schema is older than this program's, opened for reading. */
class OutdatedStore extends Error {}

async function requireCurrent(connection: DuckDBConnection, file: string): Promise<void> {
  const version = await schemaVersion(connection);
  if (version < migrations.length) throw new OutdatedStore(file);
  await migrate(connection, file);
}
