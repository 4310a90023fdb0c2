import { createHash } from "node:crypto";
import { InvalidInputError, ModelFileError } from "@stopwise/core";
import type { Sql } from "postgres";
import { writerName } from "../address.ts";
import {
  keptModels,
  type ModelEntry,
  type ModelRegistry,
  type OpenOptions,
  type Training,
} from "../contract.ts";
import { lockWriters, openConnection, type Connection } from "./connection.ts";
import { postgresFault } from "./faults.ts";
import type { Row } from "./rows.ts";

function entryOf(row: Row): ModelEntry {
  return {
    version: row["version"] as string,
    nBytes: row["n_bytes"] as number,
    promotedAt: row["promoted_at"] as string,
    by: row["promoted_by"] as string,
    facts: JSON.parse(row["facts"] as string) as ModelEntry["facts"],
  };
}

const inUse = "FROM promotions WHERE taken_back_at IS NULL ORDER BY number";

/** The models of a team's store, in its database. */
export class PostgresRegistry implements ModelRegistry {
  private readonly connection: Connection;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Connects to the store of an address. */
  static async open(address: string, options: OpenOptions = {}): Promise<PostgresRegistry> {
    return new PostgresRegistry(await openConnection(address, options));
  }

  private async guarded<T>(use: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await use(this.connection.sql);
    } catch (error) {
      throw postgresFault(error, this.connection.name);
    }
  }

  async history(): Promise<readonly ModelEntry[]> {
    if (!this.connection.exists) return [];
    const rows = await this.guarded((sql) => sql.unsafe<Row[]>(`SELECT * ${inUse}`));
    return rows.map(entryOf);
  }

  async current(): Promise<ModelEntry | undefined> {
    if (!this.connection.exists) return undefined;
    const rows = await this.guarded((sql) => sql.unsafe<Row[]>(`SELECT * ${inUse} DESC LIMIT 1`));
    return rows[0] && entryOf(rows[0]);
  }

  private missing({ version }: ModelEntry): ModelFileError {
    return new ModelFileError(
      `${this.connection.name}: model ${version.slice(0, 19)} is missing.`,
      "Run stopwise retrain, or retrain --rollback.",
    );
  }

  async read(entry: ModelEntry): Promise<Uint8Array> {
    const { version, nBytes } = entry;
    const rows = await this.guarded((sql) => sql<Row[]>`SELECT bytes FROM models WHERE version = ${version}`);
    const bytes = rows[0]?.["bytes"] as Uint8Array | null | undefined;
    if (bytes?.length === nBytes) return bytes;
    throw this.missing(entry);
  }

  async runsOf({ version }: ModelEntry): Promise<readonly string[] | undefined> {
    const rows = await this.guarded((sql) => sql<Row[]>`SELECT runs FROM models WHERE version = ${version}`);
    const runs = rows[0]?.["runs"];
    return typeof runs === "string" ? (JSON.parse(runs) as string[]) : undefined;
  }

  async promote(bytes: Uint8Array, trained: Training, promotedAt = new Date()): Promise<ModelEntry> {
    const entry = {
      version: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
      nBytes: bytes.length,
      promotedAt: promotedAt.toISOString(),
      by: writerName(),
      facts: trained.facts,
    };
    const { version, nBytes, by } = entry;
    await this.guarded((sql) =>
      sql.begin(async (tx) => {
        await lockWriters(tx, this.connection);
        await tx`INSERT INTO models VALUES (${version}, ${Buffer.from(bytes)}, ${JSON.stringify(trained.runs)})
          ON CONFLICT (version) DO UPDATE SET bytes = EXCLUDED.bytes, runs = EXCLUDED.runs`;
        await tx`INSERT INTO promotions (version, n_bytes, promoted_at, promoted_by, facts)
          VALUES (${version}, ${nBytes}, ${entry.promotedAt}, ${by}, ${JSON.stringify(entry.facts)})`;
        await tx.unsafe(
          `DELETE FROM models WHERE version NOT IN (SELECT version FROM promotions WHERE taken_back_at IS NULL
             ORDER BY number DESC LIMIT ${keptModels})`,
        );
      }),
    );
    return entry;
  }

  async rollback(): Promise<ModelEntry | undefined> {
    return this.guarded<ModelEntry | undefined>((sql) =>
      sql.begin(async (tx) => {
        await lockWriters(tx, this.connection);
        const rows = await tx.unsafe<Row[]>(
          `SELECT promotions.*, number::text AS n, version IN (SELECT version FROM models) AS "isThere" ${inUse} DESC`,
        );
        if (rows.length === 0) {
          throw new InvalidInputError(
            "there is no model to roll back: none was put into use here.",
            "Run stopwise retrain first.",
          );
        }
        if (rows[0]!["isThere"] === true && rows[1]?.["isThere"] === false)
          throw this.missing(entryOf(rows[1]));
        const target = rows.slice(1).find((row) => row["isThere"] === true);
        const after = target === undefined ? "0" : (target["n"] as string);
        await tx`UPDATE promotions SET taken_back_at = now() WHERE taken_back_at IS NULL AND number > ${after}`;
        return target && entryOf(target);
      }),
    );
  }

  async trial(key: string): Promise<Uint8Array | undefined> {
    if (!this.connection.exists) return undefined;
    const rows = await this.guarded((sql) => sql<Row[]>`SELECT bytes FROM trials WHERE key = ${key}`);
    return rows[0]?.["bytes"] as Uint8Array | undefined;
  }

  async keepTrials(trials: ReadonlyMap<string, Uint8Array>): Promise<void> {
    await this.guarded((sql) =>
      sql.begin(async (tx) => {
        await lockWriters(tx, this.connection);
        await tx`DELETE FROM trials`;
        for (const [key, bytes] of trials)
          await tx`INSERT INTO trials VALUES (${key}, ${Buffer.from(bytes)})`;
      }),
    );
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
