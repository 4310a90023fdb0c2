import type { RunRecord } from "@stopwise/core";
import type { Sql, TransactionSql } from "postgres";
import { checkStore } from "../check.ts";
import type { ExperimentStore, OpenOptions, RunSummary, StoreCheck, UpsertCounts } from "../contract.ts";
import { exportRuns } from "../files/export.ts";
import { whereOf, type RunFilter } from "../filter.ts";
import { mergeRun, type KnownRun } from "../merge.ts";
import { requireId, unpackRun, type PackedRun, type StoredRun } from "../pack.ts";
import { readSorted } from "../read-sorted.ts";
import { fromSource, rethrowOriginal } from "../source.ts";
import { toldOfExtra, type FactConflict } from "../told.ts";
import { lockWriters, openConnection, type Connection } from "./connection.ts";
import { postgresFault } from "./faults.ts";
import { runOf, runSelect, upsertStatement, valuesOf, type Row } from "./rows.ts";

/** Records that are looked up, or runs that are read, at a time. */
const batchRuns = 256;

/** One transaction of writing. */
class Upsert {
  readonly counts = { added: 0, updated: 0, unchanged: 0 };
  readonly conflicts: FactConflict[] = [];
  private readonly tx: TransactionSql;
  private readonly written = new Map<string, PackedRun>();
  private pending: PromiseLike<unknown>[] = [];

  constructor(tx: TransactionSql) {
    this.tx = tx;
  }

  private async known(records: readonly RunRecord[]): Promise<Map<string, KnownRun>> {
    const ids = JSON.stringify(records.map(({ id }) => id));
    const rows = await this.tx.unsafe<Row[]>(
      `SELECT id, hash, n_checkpoints, metric, CASE WHEN position('"told":' IN extra) > 0 THEN extra END AS extra
       FROM runs WHERE id IN (SELECT jsonb_array_elements_text($1::text::jsonb))`,
      [ids],
      { prepare: true },
    );
    return new Map(
      rows.map((row): [string, KnownRun] => [
        row["id"] as string,
        {
          hash: row["hash"] as string,
          nCheckpoints: row["n_checkpoints"] as number,
          metric: row["metric"] as string,
          told: toldOfExtra(row["extra"] as string | null),
        },
      ]),
    );
  }

  private async stored(id: string): Promise<PackedRun | undefined> {
    const written = this.written.get(id);
    if (written !== undefined) return written;
    const rows = await this.tx.unsafe<Row[]>(`SELECT ${runSelect} FROM runs WHERE id = $1`, [id], {
      prepare: true,
    });
    return rows[0] && runOf(rows[0]);
  }

  /** Writes a batch; the statements go out one after the other without waiting for each answer. */
  async put(records: readonly RunRecord[]): Promise<void> {
    records.forEach(requireId);
    const known = await this.known(records);
    this.written.clear();
    for (const record of records) {
      const merged = await mergeRun(record, known.get(record.id), () => this.stored(record.id));
      this.counts[merged.change] += 1;
      this.conflicts.push(...merged.conflicts);
      if (merged.change === "unchanged") continue;
      known.set(record.id, merged.known);
      this.written.set(record.id, merged.packed);
      this.pending.push(this.tx.unsafe(upsertStatement, valuesOf(merged.packed), { prepare: true }));
    }
    await Promise.all(this.pending);
    this.pending = [];
  }

  finish(): UpsertCounts {
    return { ...this.counts, ...(this.conflicts.length > 0 && { conflicts: this.conflicts }) };
  }
}

/** The team's driver: runs as rows of a PostgreSQL database, which many processes read and write at once. */
export class PostgresStore implements ExperimentStore {
  private readonly connection: Connection;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Connects to the store of an address.
   *
   * @throws {InvalidInputError} when the server cannot be reached or refuses, or a newer stopwise wrote the store
   */
  static async open(address: string, options: OpenOptions = {}): Promise<PostgresStore> {
    return new PostgresStore(await openConnection(address, options));
  }

  /** Runs statements; what the server says becomes one line with a way out. */
  private async guarded<T>(use: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await use(this.connection.sql);
    } catch (error) {
      rethrowOriginal(error);
      throw postgresFault(error, this.connection.name);
    }
  }

  async upsertRuns(records: Iterable<RunRecord> | AsyncIterable<RunRecord>): Promise<UpsertCounts> {
    return this.guarded(async (sql) => {
      const written = await sql.begin(async (tx) => {
        await lockWriters(tx, this.connection);
        const upsert = new Upsert(tx);
        let batch: RunRecord[] = [];
        for await (const record of fromSource(records)) {
          batch.push(record);
          if (batch.length < batchRuns) continue;
          await upsert.put(batch);
          batch = [];
        }
        if (batch.length > 0) await upsert.put(batch);
        return upsert.finish();
      });
      return written;
    });
  }

  async *streamPacked(filter: RunFilter = {}): AsyncGenerator<StoredRun> {
    if (!this.connection.exists) return;
    const { where, values } = whereOf(filter);
    const statement = `SELECT ${runSelect} FROM runs WHERE ${where} AND id > $${values.length + 1}
      ORDER BY id LIMIT ${batchRuns}`;
    for (let after = ""; ;) {
      const rows = await this.guarded((sql) =>
        sql.unsafe<Row[]>(statement, [...values, after], { prepare: true }),
      );
      if (rows.length === 0) return;
      for (const row of rows) yield runOf(row);
      after = rows.at(-1)!["id"] as string;
    }
  }

  async *streamRuns(filter: RunFilter = {}): AsyncGenerator<RunRecord> {
    for await (const stored of this.streamPacked(filter)) yield unpackRun(stored);
  }

  async readRuns(filter: RunFilter = {}, maxCheckpoints = Infinity): Promise<RunRecord[]> {
    return readSorted(this.streamPacked(filter), maxCheckpoints);
  }

  async hashes(): Promise<Map<string, string>> {
    if (!this.connection.exists) return new Map();
    const rows = await this.guarded((sql) => sql.unsafe<Row[]>("SELECT id, hash FROM runs ORDER BY id"));
    return new Map(rows.map((row) => [row["id"] as string, row["hash"] as string]));
  }

  async listRuns(filter: RunFilter = {}): Promise<RunSummary[]> {
    if (!this.connection.exists) return [];
    const { where, values } = whereOf(filter);
    const rows = await this.guarded((sql) =>
      sql.unsafe<RunSummary[]>(
        `SELECT id, run_group AS "group", task, model, metric, kind, ended AS "end", path,
                n_checkpoints AS "nCheckpoints", (SELECT max(v) FROM unnest(step) AS v) AS "lastStep",
                CASE kind WHEN 'loss' THEN (SELECT min(v) FROM unnest(value) AS v)
                          ELSE (SELECT max(v) FROM unnest(quality) AS v) END AS best
         FROM runs WHERE ${where} ORDER BY id`,
        values,
      ),
    );
    return [...rows];
  }

  async exportRuns(file: string, filter: RunFilter = {}): Promise<number> {
    return exportRuns(file, this.streamPacked(filter));
  }

  async check(): Promise<StoreCheck> {
    return checkStore(this);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
