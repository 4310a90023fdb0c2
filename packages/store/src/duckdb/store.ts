import type { DuckDBConnection } from "@duckdb/node-api";
import type { RunRecord } from "@stopwise/core";
import type { ExperimentStore, OpenOptions, RunSummary, StoreCheck, UpsertCounts } from "../contract.ts";
import { exportRuns } from "../files/export.ts";
import { whereOf, type RunFilter } from "../filter.ts";
import { mergeRun, type KnownRun } from "../merge.ts";
import { unpackRun, type StoredRun } from "../pack.ts";
import { checkStore } from "../check.ts";
import { readSorted } from "../read-sorted.ts";
import { fromSource, rethrowOriginal } from "../source.ts";
import { toldOfExtra, type FactConflict } from "../told.ts";
import { openDatabase, type Database } from "./database.ts";
import { faultOf } from "./faults.ts";
import { storedRuns } from "./read.ts";
import { RunWriter } from "./write.ts";

interface Known extends KnownRun {
  readonly run: number;
}

/** One transaction of writing: which runs are known, which rows are replaced. */
class Upsert {
  readonly counts = { added: 0, updated: 0, unchanged: 0 };
  readonly conflicts: FactConflict[] = [];
  private readonly connection: DuckDBConnection;
  private readonly writer: RunWriter;
  private readonly known: Map<string, Known>;
  private readonly replaced: number[] = [];
  private next: number;

  private constructor(connection: DuckDBConnection, writer: RunWriter, known: Map<string, Known>) {
    this.connection = connection;
    this.writer = writer;
    this.known = known;
    this.next = 1 + [...known.values()].reduce((last, { run }) => Math.max(last, run), -1);
  }

  static async begin(connection: DuckDBConnection): Promise<Upsert> {
    const rows = await connection.runAndReadAll(
      `SELECT id, run, hash, n_checkpoints, metric, CASE WHEN contains(extra, '"told":') THEN extra END FROM runs`,
    );
    const known = rows.getRows().map(([id, run, hash, nCheckpoints, metric, extra]): [string, Known] => [
      id as string,
      {
        run: run as number,
        hash: hash as string,
        nCheckpoints: nCheckpoints as number,
        metric: metric as string,
        told: toldOfExtra(extra as string | null),
      },
    ]);
    return new Upsert(connection, await RunWriter.open(connection), new Map(known));
  }

  private async stored(id: string, run: number): Promise<StoredRun | undefined> {
    this.writer.flush();
    for await (const stored of storedRuns(this.connection, { id })) if (stored.run === run) return stored;
    return undefined;
  }

  async put(record: RunRecord): Promise<void> {
    const before = this.known.get(record.id);
    const merged = await mergeRun(record, before, () => this.stored(record.id, before!.run));
    this.counts[merged.change] += 1;
    this.conflicts.push(...merged.conflicts);
    if (merged.change === "unchanged") return;
    if (before !== undefined) this.replaced.push(before.run);
    const run = this.next++;
    this.known.set(record.id, { ...merged.known, run });
    this.writer.add(run, merged.packed);
  }

  /** Ends the writing of a transaction that is to be rolled back. */
  abandon(): void {
    this.writer.abandon();
  }

  async finish(): Promise<UpsertCounts> {
    this.writer.close();
    const list = this.replaced.join(", ");
    for (const table of this.replaced.length === 0 ? [] : ["checkpoints", "checkpoint_extras", "runs"]) {
      await this.connection.run(`DELETE FROM ${table} WHERE run IN (${list})`);
    }
    return { ...this.counts, ...(this.conflicts.length > 0 && { conflicts: this.conflicts }) };
  }
}

/** The embedded driver: runs and checkpoints in one DuckDB file of a folder. One process writes at a time. */
export class DuckDbStore implements ExperimentStore {
  private readonly database: Database;

  private constructor(database: Database) {
    this.database = database;
  }

  /**
   * Opens the store of a folder.
   *
   * @param folder - e.g. `.stopwise`; created in `write` mode; in `read` mode a missing one is an empty store
   * @param options - mode and patience with a lock
   * @throws {StoreBusyError} when another process holds it for longer than `waitSeconds`
   * @throws {InvalidInputError} when a newer stopwise wrote it, or its file is damaged
   */
  static async open(folder: string, options: OpenOptions = {}): Promise<DuckDbStore> {
    return new DuckDbStore(await openDatabase(folder, options));
  }

  /** A store on a database that is open already. */
  static over(database: Database): DuckDbStore {
    return new DuckDbStore(database);
  }

  /** Runs statements; what DuckDB says of the file becomes one line with a way out. */
  private async guarded<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    try {
      return await use(this.database.connection);
    } catch (error) {
      rethrowOriginal(error);
      throw faultOf(error, this.database.file);
    }
  }

  async upsertRuns(records: Iterable<RunRecord> | AsyncIterable<RunRecord>): Promise<UpsertCounts> {
    return this.guarded(async (connection) => {
      await connection.run("BEGIN");
      let upsert: Upsert | undefined;
      try {
        upsert = await Upsert.begin(connection);
        for await (const record of fromSource(records)) await upsert.put(record);
        const counts = await upsert.finish();
        await connection.run("COMMIT");
        return counts;
      } catch (error) {
        upsert?.abandon();
        // What led here is told; where the disk is full or the file damaged, the rollback fails for the same reason.
        await connection.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
    });
  }

  async *streamPacked(filter: RunFilter = {}): AsyncGenerator<StoredRun> {
    try {
      yield* storedRuns(this.database.connection, filter);
    } catch (error) {
      throw faultOf(error, this.database.file);
    }
  }

  async *streamRuns(filter: RunFilter = {}): AsyncGenerator<RunRecord> {
    for await (const stored of this.streamPacked(filter)) yield unpackRun(stored);
  }

  async readRuns(filter: RunFilter = {}, maxCheckpoints = Infinity): Promise<RunRecord[]> {
    return readSorted(this.streamPacked(filter), maxCheckpoints);
  }

  async hashes(): Promise<Map<string, string>> {
    return this.guarded(async (connection) => {
      const reader = await connection.runAndReadAll("SELECT id, hash FROM runs ORDER BY id");
      return new Map(reader.getRows() as [string, string][]);
    });
  }

  async listRuns(filter: RunFilter = {}): Promise<RunSummary[]> {
    const { where, values } = whereOf(filter);
    return this.guarded(async (connection) => {
      const reader = await connection.runAndReadAll(
        `SELECT id, run_group AS "group", task, model, metric, kind, ended AS "end", path,
                n_checkpoints AS "nCheckpoints", last_step AS "lastStep",
                CASE kind WHEN 'loss' THEN lowest ELSE highest END AS best
         FROM runs LEFT JOIN (
           SELECT run, max(step) AS last_step, max(quality) AS highest, min(value) AS lowest
           FROM checkpoints GROUP BY run) USING (run)
         WHERE ${where} ORDER BY id`,
        values,
      );
      return reader.getRowObjects() as unknown as RunSummary[];
    });
  }

  async exportRuns(file: string, filter: RunFilter = {}): Promise<number> {
    return exportRuns(file, this.streamPacked(filter));
  }

  async check(): Promise<StoreCheck> {
    return checkStore(this);
  }

  close(): void {
    this.database.close();
  }
}
