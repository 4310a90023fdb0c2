import { checkpointColumns, runColumns } from "../columns.ts";
import type { Cell, PackedRun, StoredRun } from "../pack.ts";

/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

const series = checkpointColumns.map(({ column }) => column);
const columns = ["hash", "n_checkpoints", ...runColumns.map(({ column }) => column), "hyper", "extra"];
const all = [...columns, "extras", "nulls", ...series];

/** The columns of `runs` in the order of `valuesOf`. */
export const runSelect = all.join(", ");

const arrays = new Set(["nulls", ...series]);
const castOf = (column: string): string =>
  column === "nulls" ? "::text::integer[]" : arrays.has(column) ? "::text::double precision[]" : "";

/** Writes a run, or replaces the one of its id, in one step; `$1...` are `valuesOf`. */
export const upsertStatement = `INSERT INTO runs (${runSelect})
  VALUES (${all.map((column, i) => `$${i + 1}${castOf(column)}`).join(", ")})
  ON CONFLICT (id) DO UPDATE SET ${all
    .filter((column) => column !== "id")
    .map((column) => `${column} = EXCLUDED.${column}`)
    .join(", ")}`;

/** A number as the server reads it back to the last bit, the sign of zero included. */
const numberText = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** A series as an array literal; null where no checkpoint has a value. */
function arrayText(values: Float64Array): string | null {
  let isEmpty = true;
  const cells: string[] = [];
  for (const value of values) {
    if (value === value) isEmpty = false;
    cells.push(value === value ? numberText(value) : "NULL");
  }
  return isEmpty ? null : `{${cells.join(",")}}`;
}

/** The bound values of a run. */
export function valuesOf(run: PackedRun): (string | number | boolean | null)[] {
  const n = run.nCheckpoints;
  return [
    run.hash,
    n,
    ...run.cells.map((cell) => (typeof cell === "number" ? numberText(cell) : cell)),
    run.hyper,
    run.extra,
    run.extras.size === 0 ? null : JSON.stringify([...run.extras]),
    run.nulls.some((bits) => bits !== 0) ? `{${run.nulls.join(",")}}` : null,
    ...checkpointColumns.map((_, i) => arrayText(run.series.subarray(i * n, (i + 1) * n))),
  ];
}

/** Puts an array literal of the server into a typed array; NULL stays what it was filled with. */
function fill(target: Float64Array | Int32Array, literal: unknown): void {
  if (typeof literal !== "string") return;
  const cells = literal.slice(1, -1).split(",");
  for (let i = 0; i < target.length; i++) {
    const cell = cells[i]!;
    if (cell !== "NULL" && cell !== "") target[i] = Number(cell);
  }
}

/** A stored run from a row of `runSelect`. */
export function runOf(row: Row): StoredRun {
  const n = row["n_checkpoints"] as number;
  const values = new Float64Array(checkpointColumns.length * n).fill(Number.NaN);
  const nulls = new Int32Array(n);
  fill(nulls, row["nulls"]);
  series.forEach((column, i) => fill(values.subarray(i * n, (i + 1) * n), row[column]));
  const extras = row["extras"] as string | null;
  return {
    hash: row["hash"] as string,
    nCheckpoints: n,
    cells: runColumns.map(({ column }) => row[column] as Cell),
    hyper: row["hyper"] as string | null,
    extra: row["extra"] as string | null,
    series: values,
    nulls,
    extras: new Map(extras === null ? [] : (JSON.parse(extras) as [number, string][])),
  };
}
