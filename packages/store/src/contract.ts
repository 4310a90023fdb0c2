import type { RunRecord } from "@stopwise/core";
import type { RunFilter } from "./filter.ts";
import type { StoredRun } from "./pack.ts";
import type { FactConflict } from "./told.ts";

/** A value, or the promise of one: a folder answers at once, a server later. */
export type Awaitable<T> = T | Promise<T>;

/** How a store is opened. */
export interface OpenOptions {
  /** `read` shares the store with other readers and creates nothing; default `write`. */
  readonly mode?: "read" | "write" | undefined;
  /** How long to wait for others that hold the store, in seconds; default 120. */
  readonly waitSeconds?: number | undefined;
  /** Told once, in one line, when the wait is longer than two seconds. */
  readonly onWait?: ((line: string) => void) | undefined;
}

/** How many runs an `upsertRuns` added, brought up to date, and found as they were. */
export interface UpsertCounts {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Facts that were told otherwise before; the one told last counts, the other is kept in the run's `told`. */
  readonly conflicts?: readonly FactConflict[];
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

/** What `check` found. */
export interface StoreCheck {
  readonly nRuns: number;
  readonly nCheckpoints: number;
  /** One line each; none where the store is sound. */
  readonly problems: readonly string[];
}

/**
 * The experiment store: recorded runs. Every driver keeps this contract, and one suite (`testing/store-contract.ts`)
 * holds all drivers to it.
 */
export interface ExperimentStore {
  /**
   * Writes run records, all or nothing: an error in the source or the database leaves the store as it was. A record
   * that equals what is stored under its id changes nothing; one that differs replaces it, except when it is only
   * the beginning of what is stored (a log that was cut back), which keeps the longer one. Facts that were told
   * before (`told`) are kept where the record lacks them.
   *
   * @param records - run records; an async source may be larger than memory
   */
  upsertRuns(records: Iterable<RunRecord> | AsyncIterable<RunRecord>): Promise<UpsertCounts>;
  /** The runs of a filter as columns, a batch in memory at a time: what copies and exports move. */
  streamPacked(filter?: RunFilter): AsyncGenerator<StoredRun>;
  /** The records of a filter, a batch in memory at a time. */
  streamRuns(filter?: RunFilter): AsyncGenerator<RunRecord>;
  /**
   * The records of a filter by rising id, so that the order of ingestion does not matter.
   *
   * @param filter - which runs; unless given all
   * @param maxCheckpoints - runs with more are thinned to so many, evenly; unless given none is
   */
  readRuns(filter?: RunFilter, maxCheckpoints?: number): Promise<RunRecord[]>;
  /** The hash of every stored record by its id: tells what is new or changed without reading it. */
  hashes(): Promise<Map<string, string>>;
  /** One line per run of a filter, by rising id, without reading curves into memory. */
  listRuns(filter?: RunFilter): Promise<RunSummary[]>;
  /**
   * Writes the records of a filter to a file: run-record JSON lines (`.jsonl`, `.jsonl.gz`), or Parquet
   * (`.parquet`, one row per run with its checkpoints as a list).
   *
   * @returns how many runs were written
   */
  exportRuns(file: string, filter?: RunFilter): Promise<number>;
  /** Reads everything, and compares each record with its hash. */
  check(): Promise<StoreCheck>;
  /** Gives the store free for others. */
  close(): Awaitable<void>;
}

/** A model that was put into use. */
export interface ModelEntry {
  /** `sha256:...` of the file's bytes. */
  readonly version: string;
  /** Length of the file. */
  readonly nBytes: number;
  /** When it was put into use, ISO 8601. */
  readonly promotedAt: string;
  /** Who put it into use, `user@host`; absent in entries of earlier versions. */
  readonly by?: string;
  /** Further facts about it, e.g. what it was trained on. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a model was trained on. */
export interface Training {
  /** Small, kept in the history. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Ids of the runs. */
  readonly runs: readonly string[];
}

/** The models of a store, and which of them is in use. Any number of processes may promote at once; none is lost. */
export interface ModelRegistry {
  /** The models that were put into use and not taken back, oldest first; the last one is in use. */
  history(): Awaitable<readonly ModelEntry[]>;
  /** The model in use, or undefined where it is the one that ships with stopwise. */
  current(): Awaitable<ModelEntry | undefined>;
  /**
   * The bytes of a model.
   *
   * @throws {ModelFileError} when it is missing or of another length
   */
  read(entry: ModelEntry): Awaitable<Uint8Array>;
  /** Ids of the runs that a model was trained on; undefined where their list is gone or damaged. */
  runsOf(entry: ModelEntry): Awaitable<readonly string[] | undefined>;
  /** Puts a model into use, and forgets the bytes of those that are too old to roll back to. */
  promote(bytes: Uint8Array, trained: Training, promotedAt?: Date): Awaitable<ModelEntry>;
  /**
   * Puts the model before the one in use back into use. Where the one in use cannot be opened itself, those before it that
   * cannot either are passed over.
   *
   * @returns the entry that is in use now; undefined means the model that ships with stopwise
   * @throws {InvalidInputError} when no model was put into use
   * @throws {ModelFileError} when the model before cannot be opened and the one in use can: that one stays
   */
  rollback(): Awaitable<ModelEntry | undefined>;
  /** A model that was fitted only to be compared, by its key; undefined where none is kept. */
  trial(key: string): Awaitable<Uint8Array | undefined>;
  /** Keeps models that were fitted only to be compared, by key, in place of those that were kept before. */
  keepTrials(trials: ReadonlyMap<string, Uint8Array>): Awaitable<void>;
  /** Gives connections free. */
  close(): Awaitable<void>;
}

/** Models whose bytes are kept: the one in use, and those before it that a rollback may want. */
export const keptModels = 5;
