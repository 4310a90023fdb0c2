import { defaultBins } from "./binning.ts";

/** Numbers per bin: sum of weighted gradients, sum of weights, rows. */
export const statistics = 3;
/** Bins of a column in a histogram, the one of missing values included. */
export const binSlots = defaultBins + 1;

/** The rows under one leaf while a tree grows: `order[from..to)`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What every leaf's histogram is filled from; each array `[nRows]`, `columns` as `binColumns` gives them. */
export interface GradientRows {
  readonly columns: readonly Uint8Array[];
  readonly order: Uint32Array;
  /** Gradient times weight. */
  readonly gradient: Float64Array;
  readonly weight: Float64Array;
}

/** Histograms of all active columns of a leaf: column k of `active` starts at `k * binSlots * statistics`. */
export type Histogram = Float64Array;

const spare: Histogram[] = [];

/** Room for a histogram of so many columns; its content is of no meaning until it is filled. */
export function takeHistogram(nActive: number): Histogram {
  const size = nActive * binSlots * statistics;
  const found = spare.pop();
  return found?.length === size ? found : new Float64Array(size);
}

/** Gives a histogram's room back for the next one that is taken. */
export function giveBack(histogram: Histogram): void {
  spare.push(histogram);
}

/** Start of a column's bins in a histogram, by its position among the active columns. */
export function columnOffset(position: number): number {
  return position * binSlots * statistics;
}

/** Fills a histogram from the rows of a span: three additions per row and active column. */
export function fillHistogram(rows: GradientRows, span: Span, active: Uint16Array, out: Histogram): void {
  out.fill(0);
  const n = span.to - span.from;
  const gradient = new Float64Array(n);
  const weight = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = rows.order[span.from + i]!;
    gradient[i] = rows.gradient[row]!;
    weight[i] = rows.weight[row]!;
  }
  for (let k = 0; k < active.length; k++) {
    const bins = rows.columns[active[k]!]!;
    const base = columnOffset(k);
    for (let i = 0; i < n; i++) {
      const at = base + bins[rows.order[span.from + i]!]! * statistics;
      out[at]! += gradient[i]!;
      out[at + 1]! += weight[i]!;
      out[at + 2]! += 1;
    }
  }
}

/** Turns a parent's histogram into the sibling's by taking a child's away; in place. */
export function subtractHistogram(parent: Histogram, child: Histogram): void {
  for (let i = 0; i < parent.length; i++) parent[i]! -= child[i]!;
}
