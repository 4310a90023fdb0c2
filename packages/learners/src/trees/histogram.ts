/** Numbers per bin: sum of weighted gradients, sum of weights, rows. */
export const statistics = 3;

/** The rows under one leaf while a tree grows: `order[from..to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What every leaf's histogram is filled from; each array `[nRows]`, `columns` as `binColumns` gives them. */
export interface GradientRows {
  readonly columns: readonly Uint8Array[];
  /** Signed, since such numbers index an array without a conversion. */
  readonly order: Int32Array;
  /** Gradient times weight. */
  readonly gradient: Float64Array;
  readonly weight: Float64Array;
}

/** Histograms of all active columns of a leaf, as `layoutOf` lays them out. */
export type Histogram = Float64Array;

/** Where the bins of each active column stand in a histogram. */
export interface HistogramLayout {
  readonly active: Uint16Array;
  /** Start of each active column's bins, and the end of the last one's, `[nActive + 1]`. */
  readonly offsets: Int32Array;
}

/**
 * Lays out the columns of a tree.
 *
 * @param active columns that may be split on
 * @param slots bins of each column, the one of missing values included, `[nColumns]`
 */
export function layoutOf(active: Uint16Array, slots: ArrayLike<number>): HistogramLayout {
  const offsets = new Int32Array(active.length + 1);
  active.forEach((column, k) => (offsets[k + 1] = offsets[k]! + slots[column]! * statistics));
  return { active, offsets };
}

const spare: Histogram[] = [];

/** Room for a histogram; its content is of no meaning until it is filled, and beyond the layout's end. */
export function takeHistogram({ offsets }: HistogramLayout): Histogram {
  const size = offsets.at(-1)!;
  const found = spare.pop();
  return found !== undefined && found.length >= size ? found : new Float64Array(size);
}

/** Gives a histogram's room back for the next one that is taken. */
export function giveBack(histogram: Histogram): void {
  spare.push(histogram);
}

let gathered = { gradient: new Float64Array(1024), weight: new Float64Array(1024) };

/** Fills a histogram from the rows of a span: three additions per row and active column. */
export function fillHistogram(rows: GradientRows, span: Span, layout: HistogramLayout, out: Histogram): void {
  const { active, offsets } = layout;
  out.fill(0, 0, offsets.at(-1));
  const order = rows.order.subarray(span.from, span.to);
  if (gathered.weight.length < order.length) {
    gathered = {
      gradient: new Float64Array(2 * order.length),
      weight: new Float64Array(2 * order.length),
    };
  }
  const { gradient, weight } = gathered;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    gradient[i] = rows.gradient[row]!;
    weight[i] = rows.weight[row]!;
  }
  for (let k = 0; k < active.length; k++) addColumn(rows.columns[active[k]!]!, order, offsets[k]!, out);
}

/** Adds the gathered rows to one column's bins: the hot loop, with all it reads in local names. */
function addColumn(bins: Uint8Array, order: Int32Array, from: number, out: Histogram): void {
  const { gradient, weight } = gathered;
  for (let i = 0; i < order.length; i++) {
    const at = from + bins[order[i]!]! * statistics;
    out[at]! += gradient[i]!;
    out[at + 1]! += weight[i]!;
    out[at + 2]! += 1;
  }
}

/** Turns a parent's histogram into the sibling's by taking a child's away; in place. */
export function subtractHistogram(parent: Histogram, child: Histogram, { offsets }: HistogramLayout): void {
  const size = offsets.at(-1)!;
  for (let i = 0; i < size; i++) parent[i]! -= child[i]!;
}
