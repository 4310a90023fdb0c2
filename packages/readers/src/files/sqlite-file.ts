import { stat } from "node:fs/promises";
import type { Database } from "sql.js/dist/sql-wasm-inline.js";
import { LogFormatError } from "@stopwise/core";
import type { LogFile } from "../contract.ts";
import { readBytes } from "./log-text.ts";

/** A stored value; blobs are left out as null. */
export type SqlValue = number | string | null;

/** One row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A database opened for reading its tables whole. */
export interface SqliteFile {
  readonly tables: readonly string[];
  /** All rows of a table in the order they are stored; empty where there is no such table. */
  readonly rows: (table: string) => SqlRow[];
  /** A write-ahead log with newer rows lies beside the file; it is not read. */
  readonly hasNewerRows: boolean;
  /** Gives the memory back; nothing can be read after it. */
  readonly close: () => void;
}

function rowsOf(database: Database, query: string): SqlRow[] {
  const statement = database.prepare(query);
  try {
    const columns = statement.getColumnNames();
    const rows: SqlRow[] = [];
    while (statement.step()) {
      const values = statement.get();
      rows.push(
        Object.fromEntries(
          columns.map((column, index) => {
            const value = values[index] ?? null;
            return [column, value instanceof Uint8Array ? null : value];
          }),
        ),
      );
    }
    return rows;
  } finally {
    statement.free();
  }
}

/** Turns what goes wrong inside a damaged file into an error that names it. */
function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new LogFormatError({ file }, `the database is damaged (${cause}).`, "Restore the file.");
  }
}

const isWal = async (absolute: string): Promise<boolean> => {
  const beside = await stat(`${absolute}-wal`).catch(() => undefined);
  return beside !== undefined && beside.size > 0;
};

/** The file's bytes, told to be no write-ahead database, since SQLite would look for the log beside it. */
function withoutLog(bytes: Uint8Array): Uint8Array {
  if (bytes[18] === 2) bytes[18] = 1;
  if (bytes[19] === 2) bytes[19] = 1;
  return bytes;
}

/**
 * Opens an SQLite 3 database for reading whole tables, with SQLite itself (sql.js, loaded late) on a copy in memory:
 * nothing is locked or written. Rows that stand only in a write-ahead log beside the file are not seen.
 *
 * @throws {LogFormatError} when the file is no such database or its pages are damaged
 */
export async function openSqlite(file: LogFile): Promise<SqliteFile> {
  const bytes = await readBytes(file);
  if (Buffer.from(bytes.subarray(0, 15)).toString("latin1") !== "SQLite format 3") {
    throw new LogFormatError({ file: file.path }, "is no SQLite 3 database.", "Restore the file.");
  }
  const { default: initSqlJs } = await import("sql.js/dist/sql-wasm-inline.js");
  const sql = await initSqlJs();
  const database = guarded(file.path, () => new sql.Database(withoutLog(bytes)));
  const tables = guarded(file.path, () =>
    rowsOf(
      database,
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    ),
  ).map(({ name }) => String(name));
  const rows = (name: string): SqlRow[] =>
    tables.includes(name)
      ? guarded(file.path, () => rowsOf(database, `SELECT * FROM "${name.replaceAll('"', '""')}"`))
      : [];
  return { tables, rows, hasNewerRows: await isWal(file.absolute), close: () => database.close() };
}

/** Rows of a table by the value of one column. */
export function grouped(rows: readonly SqlRow[], column: string): Map<SqlValue, SqlRow[]> {
  const groups = new Map<SqlValue, SqlRow[]>();
  for (const row of rows) {
    const key = row[column] ?? null;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** What to tell of a database that has rows which are not read. */
export const warningsOf = ({ hasNewerRows }: SqliteFile): string[] =>
  hasNewerRows ? ["a write-ahead log lies beside the file: its newest rows are not read."] : [];
