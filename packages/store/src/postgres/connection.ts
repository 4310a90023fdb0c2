import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInputError } from "@stopwise/core";
import type { Sql, TransactionSql } from "postgres";
import { addressInWords, writerName } from "../address.ts";
import type { OpenOptions } from "../contract.ts";
import { isTransient, postgresFault } from "./faults.ts";
import { postgresMigrations } from "./schema.ts";

/** An open connection to a team's store. */
export interface Connection {
  /** The address as it may be shown. */
  readonly name: string;
  readonly sql: Sql;
  readonly schema: string;
  readonly waitSeconds: number;
  readonly onWait: ((line: string) => void) | undefined;
  /** False where the schema is not there and was opened for reading: an empty store. */
  readonly exists: boolean;
  close(): Promise<void>;
}

const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The address without our own parameter, and the schema that it names (`?schema=NAME`, default `stopwise`). */
function addressOf(address: string): { url: string; schema: string } {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new InvalidInputError(
      `--store is no valid address: ${addressInWords(address)}`,
      "Write it like postgres://user@host:5432/database.",
    );
  }
  const schema = url.searchParams.get("schema") ?? "stopwise";
  url.searchParams.delete("schema");
  return { url: url.toString(), schema };
}

async function connect(address: string): Promise<{ sql: Sql; schema: string }> {
  const { default: postgres } = await import("postgres");
  const { url, schema } = addressOf(address);
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    connect_timeout: 15,
    idle_timeout: 0,
    onnotice: () => undefined,
    connection: {
      application_name: `stopwise ${writerName()} ${process.pid}`,
      search_path: quotedName(schema),
    },
  });
  return { sql, schema };
}

async function schemaVersion(sql: Sql | TransactionSql, schema: string): Promise<number> {
  const found = await sql`SELECT 1 FROM information_schema.tables
    WHERE table_schema = ${schema} AND table_name = 'schema_version'`;
  if (found.length === 0) return 0;
  const [row] = await sql`SELECT max(version)::int AS version FROM schema_version`;
  return Number(row?.["version"] ?? 0);
}

/** Holds the lock of a schema's writers until the transaction ends; the server lets them in in the order they came. */
export async function lockWriters(tx: TransactionSql, connection: Connection): Promise<void> {
  const { schema, waitSeconds, onWait, name } = connection;
  const [free] =
    await tx`SELECT pg_try_advisory_xact_lock(hashtext('stopwise'), hashtext(${schema})) AS taken`;
  if (free?.["taken"] === true) return;
  const holders =
    await tx`SELECT application_name AS name, pid FROM pg_stat_activity JOIN pg_locks USING (pid)
    WHERE locktype = 'advisory' AND classid::int8 = (hashtext('stopwise')::int8 & 4294967295) AND granted`;
  const holder = holders[0] === undefined ? "another process" : `${holders[0]["name"]}`;
  const timer = setTimeout(
    () => onWait?.(`${name} is held by ${holder}; waiting for up to ${waitSeconds} s`),
    2000,
  );
  try {
    await tx.unsafe(`SET LOCAL lock_timeout = '${Math.max(1, Math.round(waitSeconds * 1000))}ms'`);
    await tx`SELECT pg_advisory_xact_lock(hashtext('stopwise'), hashtext(${schema}))`;
  } catch (error) {
    const isLate = error instanceof Error && "code" in error && error.code === "55P03";
    throw isLate ? postgresFault(error, `${name} is held by ${holder}; waited ${waitSeconds} s`) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function migrate(connection: Connection): Promise<void> {
  const { sql, schema } = connection;
  await sql.begin(async (tx) => {
    await lockWriters(tx, connection);
    await tx.unsafe(`CREATE SCHEMA IF NOT EXISTS ${quotedName(schema)}`);
    const version = await schemaVersion(tx, schema);
    await tx`CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)`;
    for (const [i, statements] of postgresMigrations.entries()) {
      if (i < version) continue;
      await tx.unsafe(statements);
      await tx`INSERT INTO schema_version VALUES (${i + 1})`;
    }
  });
}

async function versionWaiting(sql: Sql, schema: string, waitSeconds: number): Promise<number> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return await schemaVersion(sql, schema);
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/**
 * Connects to a team's store, and brings its tables to the newest schema; in `read` mode nothing is created, so that a
 * read replica serves as well.
 *
 * @throws {InvalidInputError} when the server cannot be reached, refuses the user, or a newer stopwise wrote the store
 */
export async function openConnection(address: string, options: OpenOptions = {}): Promise<Connection> {
  const name = addressInWords(address);
  const waitSeconds = options.waitSeconds ?? 120;
  const { sql, schema } = await connect(address);
  const close = (): Promise<void> => sql.end({ timeout: 5 });
  try {
    const version = await versionWaiting(sql, schema, waitSeconds);
    const known = postgresMigrations.length;
    if (version > known) {
      throw new InvalidInputError(
        `${name} has schema version ${version}, this stopwise knows up to ${known}.`,
        "Update stopwise, or name another store with --store.",
      );
    }
    const base = { name, sql, schema, waitSeconds, onWait: options.onWait, close };
    const isEmpty = version === 0 && options.mode === "read";
    const connection: Connection = { ...base, exists: !isEmpty };
    if (version < known && !isEmpty) await migrate(connection);
    return connection;
  } catch (error) {
    await close();
    throw postgresFault(error, name);
  }
}
