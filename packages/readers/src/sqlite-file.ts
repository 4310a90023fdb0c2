import { readFile, stat } from "node:fs/promises";
import { LogFormatError } from "@stopwise/core";
import type { LogFile } from "./contract.ts";

/** A stored value; blobs are left out as null. */
export type SqlValue = number | string | null;

/** One row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** A database opened for reading its tables whole. */
export interface SqliteFile {
  readonly tables: readonly string[];
  /** All rows of a table in the order of their row ids; empty where there is no such table. */
  readonly rows: (table: string) => SqlRow[];
  /** A write-ahead log with newer rows lies beside the file; it is not read. */
  readonly hasNewerRows: boolean;
}

const leafTable = 0x0d;
const interiorTable = 0x05;
const fileHeaderBytes = 100;

interface Pages {
  readonly bytes: Buffer;
  readonly pageBytes: number;
  /** Page size without the reserved tail. */
  readonly usable: number;
}

/** SQLite's big-endian varint, at most nine bytes. */
function varint(bytes: Buffer, from: number): { value: number; end: number } {
  let value = 0;
  for (let at = from; at < from + 8; at += 1) {
    const byte = bytes[at]!;
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, end: at + 1 };
  }
  return { value: value * 256 + bytes[from + 8]!, end: from + 9 };
}

const page = ({ bytes, pageBytes }: Pages, number: number): { start: number; head: number } => {
  const start = (number - 1) * pageBytes;
  if (number < 1 || start + pageBytes > bytes.length)
    throw new RangeError(`page ${number} lies outside the file`);
  return { start, head: number === 1 ? start + fileHeaderBytes : start };
};

/** Bytes of a row that stay in its page; the rest lies in overflow pages. */
function localBytes(length: number, usable: number): number {
  const most = usable - 35;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

function payloadAt(pages: Pages, at: number, length: number): Buffer {
  const local = localBytes(length, pages.usable);
  const parts = [pages.bytes.subarray(at, at + local)];
  let missing = length - local;
  let next = missing > 0 ? pages.bytes.readUInt32BE(at + local) : 0;
  while (missing > 0) {
    const { start } = page(pages, next);
    const taken = Math.min(missing, pages.usable - 4);
    parts.push(pages.bytes.subarray(start + 4, start + 4 + taken));
    missing -= taken;
    next = pages.bytes.readUInt32BE(start);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

const integerBytes = [0, 1, 2, 3, 4, 6, 8];

/** One value of a record by its serial type, and where the next begins. */
function valueAt(record: Buffer, at: number, type: number): { value: SqlValue; end: number } {
  if (type === 0 || type === 10 || type === 11) return { value: null, end: at };
  if (type === 7) return { value: record.readDoubleBE(at), end: at + 8 };
  if (type === 8 || type === 9) return { value: type - 8, end: at };
  if (type === 6) return { value: Number(record.readBigInt64BE(at)), end: at + 8 };
  const length = integerBytes[type];
  if (length !== undefined) return { value: record.readIntBE(at, length), end: at + length };
  const size = type % 2 === 0 ? (type - 12) / 2 : (type - 13) / 2;
  return { value: type % 2 === 0 ? null : record.toString("utf8", at, at + size), end: at + size };
}

function valuesOf(record: Buffer): SqlValue[] {
  const head = varint(record, 0);
  const values: SqlValue[] = [];
  let data = head.value;
  for (let at = head.end; at < head.value;) {
    const type = varint(record, at);
    const { value, end } = valueAt(record, data, type.value);
    values.push(value);
    [at, data] = [type.end, end];
  }
  return values;
}

/** The rows of a table's tree, in the order of row ids. */
function* rowsBelow(pages: Pages, number: number, depth = 0): Generator<{ id: number; values: SqlValue[] }> {
  if (depth > 20) throw new RangeError("the table's pages form a ring");
  const { bytes } = pages;
  const { start, head } = page(pages, number);
  const [type, nCells] = [bytes[head]!, bytes.readUInt16BE(head + 3)];
  if (type !== leafTable && type !== interiorTable) throw new RangeError(`page ${number} is no table page`);
  const pointers = head + (type === leafTable ? 8 : 12);
  for (let index = 0; index < nCells; index += 1) {
    const cell = start + bytes.readUInt16BE(pointers + 2 * index);
    if (type === interiorTable) yield* rowsBelow(pages, bytes.readUInt32BE(cell), depth + 1);
    else {
      const length = varint(bytes, cell);
      const id = varint(bytes, length.end);
      yield { id: id.value, values: valuesOf(payloadAt(pages, id.end, length.value)) };
    }
  }
  if (type === interiorTable) yield* rowsBelow(pages, bytes.readUInt32BE(head + 8), depth + 1);
}

/** Column definitions of a CREATE TABLE statement: split at the commas that stand in no inner bracket. */
function columnDefinitions(sql: string): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, sql.indexOf("(") + 1];
  for (let at = from; at < sql.length; at += 1) {
    const mark = sql[at];
    if (mark === "(") depth += 1;
    else if (mark === ")" && depth > 0) depth -= 1;
    else if ((mark === "," || mark === ")") && depth === 0) {
      parts.push(sql.slice(from, at).trim());
      from = at + 1;
      if (mark === ")") break;
    }
  }
  return parts.filter((part) => !/^(primary|unique|foreign|check|constraint)\b/i.test(part));
}

interface Table {
  readonly root: number;
  readonly columns: readonly string[];
  /** Column that is another name of the row id, stored as null. */
  readonly idColumn: number;
}

function tableOf(sql: string, root: number): Table {
  const definitions = columnDefinitions(sql);
  const columns = definitions.map((definition) => /^["'`[]?([^\s"'`\]]+)/.exec(definition)?.[1] ?? "");
  const separate = /primary\s+key\s*\(\s*["'`[]?(\w+)["'`\]]?\s*\)/i.exec(sql)?.[1];
  const idColumn = definitions.findIndex(
    (definition, index) =>
      /\binteger\b/i.test(definition) && (/primary\s+key/i.test(definition) || columns[index] === separate),
  );
  return { root, columns, idColumn };
}

function schemaOf(pages: Pages): Map<string, Table> {
  const tables = new Map<string, Table>();
  for (const { values } of rowsBelow(pages, 1)) {
    const [type, name, , root, sql] = values;
    if (
      type === "table" &&
      typeof name === "string" &&
      typeof root === "number" &&
      typeof sql === "string" &&
      root > 0
    ) {
      tables.set(name, tableOf(sql, root));
    }
  }
  return tables;
}

/** Turns what goes wrong inside a damaged file into an error that names it. */
function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LogFormatError({ file }, `the database is damaged (${error.message}).`, "Restore the file.");
  }
}

const isWal = async (absolute: string): Promise<boolean> => {
  const beside = await stat(`${absolute}-wal`).catch(() => undefined);
  return beside !== undefined && beside.size > 0;
};

/**
 * Opens an SQLite 3 database for reading whole tables: plain row tables in UTF-8, without indexes, views or queries.
 * Nothing is locked or written. Rows that stand only in a write-ahead log beside the file are not seen.
 *
 * @throws {LogFormatError} when the file is no such database or its pages are damaged
 * @see https://www.sqlite.org/fileformat2.html
 */
export async function openSqlite(file: LogFile): Promise<SqliteFile> {
  const bytes = await readFile(file.absolute);
  const size = bytes.length >= fileHeaderBytes ? bytes.readUInt16BE(16) : 0;
  const pageBytes = size === 1 ? 65_536 : size;
  if (bytes.toString("latin1", 0, 15) !== "SQLite format 3" || pageBytes < 512) {
    throw new LogFormatError({ file: file.path }, "is no SQLite 3 database.", "Restore the file.");
  }
  const pages: Pages = { bytes, pageBytes, usable: pageBytes - bytes[20]! };
  const tables = guarded(file.path, () => schemaOf(pages));
  const rows = (name: string): SqlRow[] => {
    const table = tables.get(name);
    if (table === undefined) return [];
    return guarded(file.path, () =>
      [...rowsBelow(pages, table.root)].map(({ id, values }) =>
        Object.fromEntries(
          table.columns.map((column, index) => [
            column,
            index === table.idColumn ? id : (values[index] ?? null),
          ]),
        ),
      ),
    );
  };
  return { tables: [...tables.keys()], rows, hasNewerRows: await isWal(file.absolute) };
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
