import { createHash } from "node:crypto";
import { canonicalJson, InvalidInputError, type Checkpoint, type RunRecord } from "@stopwise/core";
import { checkpointColumns, runColumns } from "./columns.ts";

/** A value of a column of the `runs` table. */
export type Cell = string | number | boolean | null;

/** A run record as columns: what the store writes and reads. */
export interface PackedRun {
  /** sha256 over the whole record; the order of keys does not count. */
  readonly hash: string;
  readonly nCheckpoints: number;
  /** The cells of `runColumns`, in order. */
  readonly cells: readonly Cell[];
  readonly hyper: string | null;
  readonly extra: string | null;
  /** The series of `checkpointColumns` one after the other, `[nSeries x nCheckpoints]`, NaN where there is no value. */
  readonly series: Float64Array;
  /** Per checkpoint a bit for each series that was written as null. */
  readonly nulls: Int32Array;
  /** By checkpoint index the further fields as JSON, where there are any. */
  readonly extras: ReadonlyMap<number, string>;
}

/** A stored run as columns; `extras` is filled while it is read. */
export interface StoredRun extends PackedRun {
  readonly extras: Map<number, string>;
}

type Fields = Record<string, unknown>;

/** Text that DuckDB gives back unchanged: whole code points, no NUL. */
const isStorable = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

function cellOf(value: unknown, type: "text" | "number" | "boolean"): Cell {
  if (type === "text") return typeof value === "string" && isStorable(value) ? value : null;
  if (type === "number") return typeof value === "number" && Number.isFinite(value) ? value : null;
  return typeof value === "boolean" ? value : null;
}

/** JSON of the fields, or null where there is none. */
function jsonOrNull(fields: Fields): string | null {
  for (const key in fields) if (Object.hasOwn(fields, key)) return canonicalJson(fields);
  return null;
}

const known = new Map<string, number>(checkpointColumns.map(({ field }, position) => [field, position]));
const headFields = new Set(["points", "hyper"]);

type PackedPoints = Pick<PackedRun, "series" | "nulls" | "extras">;

/** Spreads checkpoints over columns; O(nCheckpoints x fields), the hot loop of a write. */
function packPoints(points: readonly Checkpoint[]): PackedPoints {
  const n = points.length;
  const series = new Float64Array(checkpointColumns.length * n).fill(Number.NaN);
  const nulls = new Int32Array(n);
  const extras = new Map<number, string>();
  points.forEach((point, row) => {
    let extra: Fields | undefined;
    for (const field in point) {
      const value = point[field];
      const position = known.get(field);
      if (position !== undefined && typeof value === "number") series[position * n + row] = value;
      else if (position !== undefined && value === null) nulls[row]! |= 1 << position;
      else if (value !== undefined) (extra ??= {})[field] = value;
    }
    if (extra !== undefined) extras.set(row, canonicalJson(extra));
  });
  return { series, nulls, extras };
}

/** What of a run record has no column that holds it exactly. */
function extraOf(record: RunRecord, cells: readonly Cell[]): Fields {
  const extra: Fields = {};
  const inColumn = new Set(runColumns.filter((_, i) => cells[i] !== null).map(({ field }) => field));
  for (const [field, value] of Object.entries(record)) {
    if (!inColumn.has(field) && !headFields.has(field) && value !== undefined) extra[field] = value;
  }
  return extra;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function hashOf(head: readonly unknown[], { series, nulls, extras }: PackedPoints): string {
  const hash = createHash("sha256").update(JSON.stringify([...head, [...extras]]));
  return hash.update(bytesOf(series)).update(bytesOf(nulls)).digest("hex");
}

/**
 * Refuses an id that cannot be stored everywhere.
 *
 * @throws {InvalidInputError} when a run's id is no text that every database can hold
 */
export function requireId({ id }: RunRecord): void {
  if (isStorable(id)) return;
  const shown = JSON.stringify(id);
  throw new InvalidInputError(`a run's id must be text without NUL, got ${shown}.`, "Give it another id.");
}

/**
 * A run record as columns. NaN counts as missing, as everywhere in stopwise; a field that is `undefined` as absent.
 *
 * @throws {InvalidInputError} when its id is no text that every database can hold
 */
export function packRun(record: RunRecord): PackedRun {
  const fields = record as Fields;
  requireId(record);
  const cells = runColumns.map(({ field, type }) => cellOf(fields[field], type));
  const hyper = jsonOrNull(record.hyper);
  const extra = jsonOrNull(extraOf(record, cells));
  const points = packPoints(record.points);
  const hash = hashOf([cells, hyper, extra, record.points.length], points);
  return { hash, nCheckpoints: record.points.length, cells, hyper, extra, ...points };
}

function unpackPoint({ series, nulls, extras }: PackedPoints, row: number): Checkpoint {
  const point: Fields = {};
  for (let position = 0; position < checkpointColumns.length; position++) {
    const value = series[position * nulls.length + row]!;
    if (value === value) point[checkpointColumns[position]!.field] = value;
    else if ((nulls[row]! & (1 << position)) !== 0) point[checkpointColumns[position]!.field] = null;
  }
  const extra = extras.get(row);
  if (extra !== undefined) Object.assign(point, JSON.parse(extra));
  return point as Checkpoint;
}

function unpackPoints(columns: PackedPoints): Checkpoint[] {
  return Array.from(columns.nulls, (_, row) => unpackPoint(columns, row));
}

/**
 * The run record that was packed. Its checkpoints are unpacked when they are first asked for: most of a large store's runs
 * are only counted or chosen from.
 */
export function unpackRun(packed: Omit<PackedRun, "hash">): RunRecord {
  const record: Fields = {};
  runColumns.forEach(({ field }, i) => {
    const cell = packed.cells[i] ?? null;
    if (cell !== null) record[field] = cell;
  });
  record["hyper"] = packed.hyper === null ? {} : JSON.parse(packed.hyper);
  if (packed.extra !== null) Object.assign(record, JSON.parse(packed.extra));
  let columns: PackedPoints | undefined = packed;
  let points: Checkpoint[] = [];
  Object.defineProperty(record, "points", {
    get: () => {
      if (columns !== undefined) points = unpackPoints(columns);
      columns = undefined;
      return points;
    },
    enumerable: true,
  });
  return record as unknown as RunRecord;
}

const originalPoints = runColumns.findIndex(({ field }) => field === "originalPoints");

/**
 * A run with at most about so many checkpoints, evenly chosen, the last one always among them; how many there were stands
 * in `originalPoints`. A run that has no more is given back as it is.
 *
 * @param packed - a stored run
 * @param most - checkpoints to keep, >= 2
 */
export function thinned(packed: PackedRun, most: number): PackedRun {
  const n = packed.nCheckpoints;
  if (n <= most) return packed;
  const rows = Array.from({ length: most }, (_, i) => Math.floor(((i + 1) * n) / most) - 1);
  const at = new Map(rows.map((row, i) => [row, i]));
  const series = new Float64Array(checkpointColumns.length * most);
  checkpointColumns.forEach((_, column) => {
    rows.forEach((row, i) => (series[column * most + i] = packed.series[column * n + row]!));
  });
  const extras = [...packed.extras].flatMap(([row, extra]): [number, string][] =>
    at.has(row) ? [[at.get(row)!, extra]] : [],
  );
  return {
    ...packed,
    nCheckpoints: most,
    cells: packed.cells.map((cell, i) => (i === originalPoints ? (cell ?? n) : cell)),
    series,
    nulls: Int32Array.from(rows, (row) => packed.nulls[row]!),
    extras: new Map(extras),
  };
}

/** Whether what is stored of a run still has the hash that was stored with it. */
export function isSound(stored: PackedRun): boolean {
  return hashOf([stored.cells, stored.hyper, stored.extra, stored.nCheckpoints], stored) === stored.hash;
}

/** Whether the checkpoints of `shorter` are the first ones of `longer`, value for value. */
export function isStartOf(shorter: PackedRun, longer: PackedRun): boolean {
  const n = shorter.nCheckpoints;
  if (n >= longer.nCheckpoints) return false;
  const isEqual = (row: number): boolean =>
    shorter.nulls[row] === longer.nulls[row] &&
    shorter.extras.get(row) === longer.extras.get(row) &&
    checkpointColumns.every((_, i) =>
      Object.is(shorter.series[i * n + row], longer.series[i * longer.nCheckpoints + row]),
    );
  return Array.from({ length: n }, (_, row) => row).every(isEqual);
}
