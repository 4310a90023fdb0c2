import type { DuckDBConnection } from "@duckdb/node-api";
import type { RunRecord } from "@stopwise/core";
import { openDatabase, type Database, type OpenOptions } from "./database.ts";
import { writeJsonLines, writeParquet } from "./export.ts";
import { whereOf, type RunFilter } from "./filter.ts";
import { isStartOf, packRun, unpackRun, type PackedRun } from "./pack.ts";
import { storedRuns } from "./read.ts";
import { RunWriter } from "./write.ts";

/** How many runs an `upsertRuns` added, brought up to date, and found as they were. */
export interface UpsertCounts {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
}

/** One line of a listing. */
export interface RunSummary {
  readonly id: string;
  readonly group: string | null;
  readonly task: string | null;
  readonly model: string | null;
  readonly metric: string;
  readonly kind: string;
  readonly end: string | null;
  readonly path: string | null;
  readonly nCheckpoints: number;
  readonly lastStep: number | null;
  /** The best quality, or for a loss-only run the lowest loss. */
  readonly best: number | null;
}

interface Known {
  readonly run: number;
  readonly hash: string;
  readonly nCheckpoints: number;
}

type Change = "added" | "updated" | "unchanged";

/** One transaction of writing: which runs are known, which rows are replaced. */
class Upsert {
  readonly counts = { added: 0, updated: 0, unchanged: 0 };
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
    const rows = await connection.runAndReadAll("SELECT id, run, hash, n_checkpoints FROM runs");
    const known = rows
      .getRows()
      .map(([id, run, hash, nCheckpoints]): [string, Known] => [
        id as string,
        { run: run as number, hash: hash as string, nCheckpoints: nCheckpoints as number },
      ]);
    return new Upsert(connection, await RunWriter.open(connection), new Map(known));
  }

  /** A log that was cut back to an earlier state must not take what is stored with it. */
  private async isCutBack(id: string, packed: PackedRun, before: Known): Promise<boolean> {
    if (packed.nCheckpoints >= before.nCheckpoints) return false;
    this.writer.flush();
    for await (const stored of storedRuns(this.connection, { id })) {
      if (stored.run === before.run) return isStartOf(packed, stored);
    }
    return false;
  }

  private async changeOf(id: string, packed: PackedRun): Promise<Change> {
    const before = this.known.get(id);
    if (before === undefined) return "added";
    if (before.hash === packed.hash || (await this.isCutBack(id, packed, before))) return "unchanged";
    this.replaced.push(before.run);
    return "updated";
  }

  async put(record: RunRecord): Promise<void> {
    const packed = packRun(record);
    const change = await this.changeOf(record.id, packed);
    this.counts[change] += 1;
    if (change === "unchanged") return;
    const run = this.next++;
    this.known.set(record.id, { run, hash: packed.hash, nCheckpoints: packed.nCheckpoints });
    this.writer.add(run, packed);
  }

  /** Ends the writing of a transaction that is to be rolled back. */
  abandon(): void {
    this.writer.abandon();
  }

  async finish(): Promise<void> {
    this.writer.close();
    if (this.replaced.length === 0) return;
    const list = this.replaced.join(", ");
    for (const table of ["checkpoints", "checkpoint_extras", "runs"]) {
      await this.connection.run(`DELETE FROM ${table} WHERE run IN (${list})`);
    }
  }
}

/**
 * The experiment store: recorded runs in one DuckDB file of a folder. One process writes at a time, so open it late
 * and close it early; `withStore` does.
 *
 * @example
 * await withStore(".stopwise", {}, (store) => store.upsertRuns(records)); // { added: 3, updated: 0, unchanged: 0 }
 */
export class ExperimentStore {
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
  static async open(folder: string, options: OpenOptions = {}): Promise<ExperimentStore> {
    return new ExperimentStore(await openDatabase(folder, options));
  }

  /**
   * Writes run records, all or nothing: an error in the source or the database leaves the store as it was. A record
   * that equals what is stored under its id changes nothing; one that differs replaces it, except when it is only
   * the beginning of what is stored (a log that was cut back), which keeps the longer one.
   *
   * @param records - run records; an async source may be larger than memory
   */
  async upsertRuns(records: Iterable<RunRecord> | AsyncIterable<RunRecord>): Promise<UpsertCounts> {
    const { connection } = this.database;
    await connection.run("BEGIN");
    let upsert: Upsert | undefined;
    try {
      upsert = await Upsert.begin(connection);
      for await (const record of records) await upsert.put(record);
      await upsert.finish();
      await connection.run("COMMIT");
      return upsert.counts;
    } catch (error) {
      upsert?.abandon();
      await connection.run("ROLLBACK");
      throw error;
    }
  }

  /** The records of a filter in the order they were written, a batch in memory at a time. */
  async *streamRuns(filter: RunFilter = {}): AsyncGenerator<RunRecord> {
    for await (const stored of storedRuns(this.database.connection, filter)) yield unpackRun(stored);
  }

  /** The records of a filter by rising id, so that the order of ingestion does not matter. */
  async readRuns(filter: RunFilter = {}): Promise<RunRecord[]> {
    const runs: RunRecord[] = [];
    for await (const run of this.streamRuns(filter)) runs.push(run);
    return runs.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  }

  /** The hash of every stored record by its id: tells what is new or changed without reading it. */
  async hashes(): Promise<Map<string, string>> {
    const reader = await this.database.connection.runAndReadAll("SELECT id, hash FROM runs ORDER BY id");
    return new Map(reader.getRows() as [string, string][]);
  }

  /** One line per run of a filter, by rising id, without reading curves into memory. */
  async listRuns(filter: RunFilter = {}): Promise<RunSummary[]> {
    const { where, values } = whereOf(filter);
    const reader = await this.database.connection.runAndReadAll(
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
  }

  /**
   * Writes the records of a filter to a file: run-record JSON lines (`.jsonl`, `.jsonl.gz`), or Parquet
   * (`.parquet`, one row per run with its checkpoints as a list).
   *
   * @returns how many runs were written
   */
  async exportRuns(file: string, filter: RunFilter = {}): Promise<number> {
    if (file.endsWith(".parquet")) return writeParquet(this.database.connection, file, filter);
    return writeJsonLines(file, this.streamRuns(filter));
  }

  /** Gives the store free for other processes. */
  close(): void {
    this.database.close();
  }
}

/** Opens the store of a folder, uses it, and closes it whatever happens. */
export async function withStore<T>(
  folder: string,
  options: OpenOptions,
  use: (store: ExperimentStore) => Promise<T>,
): Promise<T> {
  const store = await ExperimentStore.open(folder, options);
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
