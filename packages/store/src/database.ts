import { existsSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { InvalidInputError, StoreBusyError } from "@stopwise/core";
import { migrations } from "./columns.ts";

/** How a store is opened. */
export interface OpenOptions {
  /** `read` shares the file with other readers and creates nothing; default `write`. */
  readonly mode?: "read" | "write" | undefined;
  /** How long to wait for another process that holds the file, in seconds; default 10. */
  readonly waitSeconds?: number | undefined;
}

/** The file of a store folder that holds runs and checkpoints. */
export function databaseFile(folder: string): string {
  return join(folder, "store.duckdb");
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isLocked = (error: unknown): boolean =>
  /could not set lock|conflicting lock|being used by another process/i.test(messageOf(error));

/** Who holds the file, as far as DuckDB's message tells. */
function holderOf(error: unknown): string {
  const message = messageOf(error);
  const program = /lock is held in ([^(]+?) \(PID (\d+)\)/.exec(message);
  if (program !== null) return `${basename(program[1]!)} (process ${program[2]!})`;
  const pid = /PID (\d+)/.exec(message);
  return pid === null ? "another process" : `process ${pid[1]!}`;
}

function openError(error: unknown, file: string, seconds: number): unknown {
  if (isLocked(error)) {
    return new StoreBusyError(
      `${file} is held by ${holderOf(error)}; waited ${seconds} s.`,
      "Try again when it has ended.",
    );
  }
  if (/not a valid DuckDB|corrupt|different version|serializ|database file/i.test(messageOf(error))) {
    const reason = messageOf(error).split("\n")[0]!;
    return new InvalidInputError(
      `${file} cannot be opened: ${reason}`,
      "Move it away and ingest the logs again, or name another folder with --store.",
    );
  }
  return error;
}

/** Opens the file, waiting with growing pauses while another process holds its lock. */
async function openWaiting(file: string, options: OpenOptions): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const seconds = options.waitSeconds ?? 10;
  const deadline = Date.now() + seconds * 1000;
  const settings = options.mode === "read" && file !== ":memory:" ? { access_mode: "READ_ONLY" } : {};
  for (let pause = 20; ; pause = Math.min(2 * pause, 500)) {
    try {
      return await DuckDBInstance.create(file, settings);
    } catch (error) {
      if (!isLocked(error) || Date.now() + pause > deadline) throw openError(error, file, seconds);
      await sleep(pause);
    }
  }
}

async function schemaVersion(connection: DuckDBConnection): Promise<number> {
  const tables = await connection.runAndReadAll(
    "SELECT 1 FROM information_schema.tables WHERE table_name = 'schema_version'",
  );
  if (tables.currentRowCount === 0) return 0;
  const rows = await connection.runAndReadAll("SELECT max(version)::INTEGER FROM schema_version");
  return Number(rows.getRows()[0]?.[0] ?? 0);
}

/** Brings the tables to the newest schema, all or nothing; refuses a store that a newer stopwise wrote. */
async function migrate(connection: DuckDBConnection, file: string): Promise<void> {
  const version = await schemaVersion(connection);
  if (version > migrations.length) {
    throw new InvalidInputError(
      `${file} has schema version ${version}, this stopwise knows up to ${migrations.length}.`,
      "Update stopwise, or name another folder with --store.",
    );
  }
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
  readonly connection: DuckDBConnection;
  close(): void;
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
  if (file !== ":memory:") mkdirSync(folder, { recursive: true });
  const instance = await openWaiting(file, options);
  try {
    const connection = await instance.connect();
    await connection.run("SET autoinstall_known_extensions = false; SET autoload_known_extensions = false");
    if (file !== ":memory:" && options.mode === "read") await requireCurrent(connection, file);
    else await migrate(connection, file);
    const close = (): void => {
      connection.closeSync();
      instance.closeSync();
    };
    return { connection, close };
  } catch (error) {
    instance.closeSync();
    if (!(error instanceof OutdatedStore)) throw error;
    (await openDatabase(folder, { ...options, mode: "write" })).close();
    return openDatabase(folder, options);
  }
}

/** A store whose schema is older than this program's, opened for reading. */
class OutdatedStore extends Error {}

async function requireCurrent(connection: DuckDBConnection, file: string): Promise<void> {
  const version = await schemaVersion(connection);
  if (version < migrations.length) throw new OutdatedStore(file);
  await migrate(connection, file);
}
