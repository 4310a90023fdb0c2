import type * as DuckDB from "@duckdb/node-api";
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk } from "@duckdb/node-api";
import { checkpointColumns, runColumns } from "../columns.ts";
import type { PackedRun } from "../pack.ts";
import { chunkRows, writeNumbers } from "./vector.ts";

/** Appends checkpoints, a full chunk of columns at a time. */
class CheckpointWriter {
  readonly appender: DuckDBAppender;
  private readonly newChunk: (rows: number) => DuckDBDataChunk;
  private readonly full: DuckDBDataChunk;
  private readonly keys = [0, 1, 2].map(() => new Int32Array(chunkRows));
  private readonly series = checkpointColumns.map(() => new Float64Array(chunkRows));
  private rows = 0;

  constructor(duckdb: typeof DuckDB, appender: DuckDBAppender) {
    const types = [...this.keys.map(() => duckdb.INTEGER), ...this.series.map(() => duckdb.DOUBLE)];
    this.appender = appender;
    this.newChunk = (rows) => duckdb.DuckDBDataChunk.create(types, rows);
    this.full = this.newChunk(chunkRows);
  }

  add(run: number, packed: PackedRun): void {
    for (let from = 0; from < packed.nCheckpoints;) {
      const to = Math.min(packed.nCheckpoints, from + chunkRows - this.rows);
      this.copy(run, packed, { from, to });
      this.rows += to - from;
      from = to;
      if (this.rows === chunkRows) this.flushChunk();
    }
  }

  private copy(run: number, packed: PackedRun, { from, to }: { from: number; to: number }): void {
    const at = this.rows;
    const [runs, indices, nulls] = this.keys as [Int32Array, Int32Array, Int32Array];
    runs.fill(run, at, at + to - from);
    for (let i = from; i < to; i++) indices[at + i - from] = i;
    nulls.set(packed.nulls.subarray(from, to), at);
    this.series.forEach((values, i) => {
      const start = i * packed.nCheckpoints;
      values.set(packed.series.subarray(start + from, start + to), at);
    });
  }

  private flushChunk(): void {
    if (this.rows === 0) return;
    const chunk = this.rows === chunkRows ? this.full : this.newChunk(this.rows);
    [...this.keys, ...this.series].forEach((values, i) => {
      writeNumbers(chunk.getColumnVector(i), values.subarray(0, this.rows));
    });
    this.appender.appendDataChunk(chunk);
    this.rows = 0;
  }

  /** Hands every row to the database. */
  flush(): void {
    this.flushChunk();
    this.appender.flushSync();
  }

  close(): void {
    this.flushChunk();
    this.appender.closeSync();
  }
}

/** Appends packed runs to the tables of an open transaction. */
export class RunWriter {
  private readonly heads: DuckDBAppender;
  private readonly extras: DuckDBAppender;
  private readonly checkpoints: CheckpointWriter;

  private constructor(heads: DuckDBAppender, extras: DuckDBAppender, checkpoints: CheckpointWriter) {
    this.heads = heads;
    this.extras = extras;
    this.checkpoints = checkpoints;
  }

  static async open(connection: DuckDBConnection): Promise<RunWriter> {
    const duckdb = await import("@duckdb/node-api");
    const checkpoints = new CheckpointWriter(duckdb, await connection.createAppender("checkpoints"));
    const extras = await connection.createAppender("checkpoint_extras");
    return new RunWriter(await connection.createAppender("runs"), extras, checkpoints);
  }

  add(run: number, packed: PackedRun): void {
    const { heads } = this;
    heads.appendInteger(run);
    heads.appendVarchar(packed.hash);
    heads.appendInteger(packed.nCheckpoints);
    runColumns.forEach(({ type }, i) => {
      const cell = packed.cells[i] ?? null;
      if (cell === null) heads.appendNull();
      else if (type === "text") heads.appendVarchar(cell as string);
      else if (type === "number") heads.appendDouble(cell as number);
      else heads.appendBoolean(cell as boolean);
    });
    for (const json of [packed.hyper, packed.extra]) {
      if (json === null) heads.appendNull();
      else heads.appendVarchar(json);
    }
    heads.endRow();
    this.checkpoints.add(run, packed);
    for (const [index, extra] of packed.extras) this.addExtra(run, index, extra);
  }

  private addExtra(run: number, index: number, extra: string): void {
    this.extras.appendInteger(run);
    this.extras.appendInteger(index);
    this.extras.appendVarchar(extra);
    this.extras.endRow();
  }

  /** Makes what was added visible to queries of the same transaction. */
  flush(): void {
    this.heads.flushSync();
    this.extras.flushSync();
    this.checkpoints.flush();
  }

  close(): void {
    this.heads.closeSync();
    this.extras.closeSync();
    this.checkpoints.close();
  }

  /**
   * Gives the appenders up before their transaction is rolled back. One that is left open would write its buffered rows
   * when it is collected as garbage, after the rollback, and so keep them.
   */
  abandon(): void {
    for (const appender of [this.heads, this.extras, this.checkpoints.appender]) {
      try {
        appender.closeSync();
      } catch {
        // Its rows are thrown away with the transaction; the error that is told is the one that led here.
      }
    }
  }
}
