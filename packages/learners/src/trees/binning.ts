/** Rows of numbers, row-major `[nRows, nColumns]`; NaN is missing. */
export interface Table {
  readonly values: Float64Array;
  readonly nRows: number;
  readonly nColumns: number;
}

/** The bin of missing values; known values have bins 1 to 255. */
export const missingBin = 0;
/** Bins of known values that a fit uses unless told otherwise: finer ones cost time and hardly change a split. */
export const defaultBins = 63;

/**
 * Cut points per column, rising: a known value v has bin 1 + the number of cuts below v. Cuts are rounded to 32
 * bits when they are made, so that a model that was written and read again decides the same.
 */
export type Cuts = readonly Float32Array[];

/**
 * Chooses cuts at midpoints between neighbouring distinct values: all of them where a column has few, else those
 * nearest to equal shares of the rows.
 *
 * @param table the rows
 * @param bins largest number of bins of known values, 2 to 255
 */
export function fitCuts(table: Table, bins: number = defaultBins): Cuts {
  return Array.from({ length: table.nColumns }, (_, column) => cutsOf(sortedKnown(table, column), bins));
}

function sortedKnown(table: Table, column: number): Float64Array {
  const known = new Float64Array(table.nRows);
  let n = 0;
  for (let row = 0; row < table.nRows; row++) {
    const value = table.values[row * table.nColumns + column]!;
    if (Number.isFinite(value)) known[n++] = value;
  }
  return known.subarray(0, n).sort();
}

function cutsOf(sorted: Float64Array, bins: number): Float32Array {
  const all: number[] = [];
  const quantiles: number[] = [];
  let filled = 0;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i] === sorted[i - 1]) continue;
    const cut = Math.fround(sorted[i - 1]! / 2 + sorted[i]! / 2);
    if (all.length < bins) all.push(cut);
    const share = Math.floor((i * bins) / sorted.length);
    if (share <= filled) continue;
    quantiles.push(cut);
    filled = share;
  }
  const chosen = all.length < bins ? all : quantiles;
  return Float32Array.from(new Set(chosen));
}

/** Bins that each column can have, the one of missing values included. */
export function slotsOf(cuts: Cuts): number[] {
  return cuts.map((column) => column.length + 2);
}

/** The bin of one value under a column's cuts: binary search, at most 8 comparisons. Infinities count as known. */
export function binOf(cuts: Float32Array, value: number): number {
  if (Number.isNaN(value)) return missingBin;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

/** Bins a table, column by column: `[nColumns, nRows]`, one byte each. */
export function binColumns(table: Table, cuts: Cuts): Uint8Array[] {
  return cuts.map((columnCuts, column) => {
    const bins = new Uint8Array(table.nRows);
    for (let row = 0; row < table.nRows; row++)
      bins[row] = binOf(columnCuts, table.values[row * table.nColumns + column]!);
    return bins;
  });
}
