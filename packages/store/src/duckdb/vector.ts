import type { DuckDBVector } from "@duckdb/node-api";

/** DuckDB's vector size: rows in one chunk at most. */
export const chunkRows = 2048;

/** The typed array and the validity bits behind a numeric DuckDB vector, which its typings keep private. */
interface NumericVector {
  readonly items: Float64Array | Int32Array;
  readonly validity: { data: BigUint64Array | null; readonly offset: number };
  flush(): void;
}

function numeric(vector: DuckDBVector): NumericVector {
  const inner = vector as unknown as NumericVector;
  if (!ArrayBuffer.isView(inner.items) || typeof inner.validity !== "object") {
    throw new TypeError("this version of @duckdb/node-api keeps its numeric vectors in another form");
  }
  return inner;
}

/**
 * Writes numbers into a vector at memory speed; NaN becomes NULL.
 *
 * @param vector - a DOUBLE or INTEGER vector of `[nRows]`
 * @param values - `[nRows]`
 */
export function writeNumbers(vector: DuckDBVector, values: Float64Array | Int32Array): void {
  const { items, validity } = numeric(vector);
  items.set(values);
  const bits = new Uint32Array(2 * Math.ceil(values.length / 64)).fill(0xff_ff_ff_ff);
  let hasNull = false;
  for (let row = 0; row < values.length; row++) {
    if (values[row] === values[row]) continue;
    bits[row >>> 5]! &= ~(1 << (row & 31));
    hasNull = true;
  }
  // A bitmap that an earlier chunk left behind is written over, also where this chunk has no NULL.
  if (hasNull || validity.data !== null) validity.data = new BigUint64Array(bits.buffer);
  vector.flush();
}

/**
 * Copies a vector's numbers to `target` from position `at`; NULL becomes NaN.
 *
 * @param vector - a DOUBLE or INTEGER vector
 * @param range - rows of the vector
 * @param range.from - the first of them
 * @param range.to - the first that is not one of them
 * @param target - where they go
 * @param target.values - long enough
 * @param target.at - the position of the first
 */
export function readNumbers(
  vector: DuckDBVector,
  range: { from: number; to: number },
  target: { values: Float64Array | Int32Array; at: number },
): void {
  const { items, validity } = numeric(vector);
  target.values.set(items.subarray(range.from, range.to), target.at);
  if (validity.data === null) return;
  const bits = new Uint32Array(validity.data.buffer, validity.data.byteOffset);
  for (let row = range.from; row < range.to; row++) {
    const bit = validity.offset + row;
    if ((bits[bit >>> 5]! & (1 << (bit & 31))) === 0)
      target.values[target.at + row - range.from] = Number.NaN;
  }
}
