import { randomFrom, type Random } from "@stopwise/core/random";
import { binColumns, binOf, fitCuts, slotsOf, type Cuts, type Table } from "./binning.ts";
import { growTree, type GrowRules } from "./grow.ts";
import { layoutOf, type GradientRows, type Span } from "./histogram.ts";
import { readTrees, writeTrees, type ByteReader, type ByteWriter } from "./bytes.ts";
import { addLeafValues, leafMasksOf, type LeafMasks } from "./leaf-masks.ts";
import { joinTrees, leafOf, leafOfColumns, usedColumns, type Trees } from "./tree.ts";
import { weightedQuantile } from "@stopwise/core";

/** `squared`, or the pinball loss of a quantile level in (0, 1). */
export type BoostingLoss = "squared" | { readonly quantile: number };

/** How an ensemble is fitted. */
export interface BoostingOptions extends GrowRules {
  readonly loss: BoostingLoss;
  readonly trees: number;
  /** Shrinkage of every tree, in (0, 1]. */
  readonly learningRate: number;
  /** Share of the rows that each tree sees. */
  readonly rowShare: number;
  /** Share of the columns that each tree may split on. */
  readonly columnShare: number;
  readonly seed: number;
}

/** Settings that suit a few thousand rows. */
export const boostingDefaults: BoostingOptions = {
  loss: "squared",
  trees: 200,
  leaves: 15,
  learningRate: 0.05,
  minRows: 20,
  minWeight: 0,
  l2: 1,
  rowShare: 0.7,
  columnShare: 0.5,
  seed: 1,
};

/** A boosted ensemble: start + sum of its trees' leaf values; the values hold the learning rate already. */
export class BoostedTrees {
  readonly cuts: Cuts;
  readonly start: number;
  readonly trees: Trees;
  readonly #bins: Uint8Array;
  readonly #used: Uint16Array;
  /** Made when many rows are first asked for. */
  #masks: readonly (LeafMasks | undefined)[] | undefined;

  constructor(cuts: Cuts, start: number, trees: Trees) {
    this.cuts = cuts;
    this.start = start;
    this.trees = trees;
    this.#bins = new Uint8Array(cuts.length);
    this.#used = usedColumns(trees);
  }

  /**
   * Prediction for one row.
   *
   * @param row `[nColumns]`, NaN where a value is missing
   */
  predict(row: ArrayLike<number>): number {
    for (const column of this.#used) this.#bins[column] = binOf(this.cuts[column]!, row[column]!);
    let sum = this.start;
    for (const root of this.trees.roots) sum += this.trees.value[leafOf(this.trees, root, this.#bins)]!;
    return sum;
  }

  /** Predictions for many rows, equal to `predict` of each bit by bit, from bins as `binRows` gives them. */
  predictBinned(bins: readonly Uint8Array[]): Float64Array {
    const sums = new Float64Array(bins[0]!.length).fill(this.start);
    this.#masks ??= this.#allMasks();
    this.#masks.forEach((masks, tree) => {
      if (masks !== undefined) addLeafValues(masks, bins, sums);
      else {
        const root = this.trees.roots[tree]!;
        for (let row = 0; row < sums.length; row++)
          sums[row]! += this.trees.value[leafOfColumns(this.trees, root, bins, row)]!;
      }
    });
    return sums;
  }

  #allMasks(): (LeafMasks | undefined)[] {
    const slots = slotsOf(this.cuts);
    return Array.from(this.trees.roots, (root) => leafMasksOf(this.trees, root, slots));
  }

  /**
   * Bins rows, `[nColumns, nRows]`, for this ensemble and for others of the same cuts.
   *
   * @param rows row-major `[nRows, nColumns]`
   */
  binRows(rows: Float64Array): Uint8Array[] {
    const nColumns = this.cuts.length;
    return binColumns({ values: rows, nRows: rows.length / nColumns, nColumns }, this.cuts);
  }

  /** Whether another ensemble takes the same bins. */
  sharesCutsWith({ cuts }: BoostedTrees): boolean {
    return this.cuts === cuts || this.cuts.every((column, k) => isSame(column, cuts[k]));
  }

  /** Writes the ensemble; `read` gives one that decides the same. */
  write(writer: ByteWriter): void {
    writer.u32(this.cuts.length);
    for (const cuts of this.cuts) writer.f32s(cuts);
    writer.f64(this.start);
    writeTrees(writer, this.trees);
  }

  /** Reads what `write` wrote. */
  static read(reader: ByteReader): BoostedTrees {
    const cuts = Array.from({ length: reader.u32() }, () => reader.f32s());
    return new BoostedTrees(cuts, reader.f64(), readTrees(reader));
  }
}

function isSame(a: Float32Array, b: Float32Array | undefined): boolean {
  return a.length === b?.length && a.every((cut, k) => cut === b[k]);
}

/** A table after binning. */
export interface BinnedTable {
  readonly cuts: Cuts;
  /** `[nColumns, nRows]` */
  readonly columns: readonly Uint8Array[];
}

/** Bins a table once, for several fits. */
export function binTable(table: Table): BinnedTable {
  const cuts = fitCuts(table);
  return { cuts, columns: binColumns(table, cuts) };
}

/**
 * Gradient-boosted regression trees on histograms of binned columns, grown leaf by leaf. With the squared loss a
 * leaf's value is sum(w r) / (sum(w) + l2) of its residuals r; with a quantile loss trees are grown on the pinball
 * gradient and a leaf's value is the weighted quantile of its residuals. Missing values have a direction of their
 * own at each split. Same rows, options and seed: same ensemble.
 *
 * @param table rows, `[nRows, nColumns]`; binned beforehand where several ensembles share them
 * @param target `[nRows]`, finite
 * @param weights `[nRows]`, >= 0; rescaled to mean 1
 * @see Friedman 2001, Algorithms 2 and 3; Ke et al. 2017 for leaf-wise growth on histograms
 */
export function fitBoosting(
  table: Table | BinnedTable,
  target: Float64Array,
  weights: Float64Array,
  options: BoostingOptions,
): BoostedTrees {
  const { cuts, columns } = "cuts" in table ? table : binTable(table);
  const slots = slotsOf(cuts);
  const fit = new BoostingFit({ columns, slots, target, weights: normalised(weights) }, options);
  const trees = Array.from({ length: options.trees }, () => fit.grow());
  return new BoostedTrees(cuts, fit.start, joinTrees(trees));
}

function normalised(weights: Float64Array): Float64Array {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return weights.map((weight) => (weight * weights.length) / sum);
}

/** What an ensemble is fitted to; each array `[nRows]`. */
interface BoostingData {
  readonly columns: readonly Uint8Array[];
  /** Bins of each column, the one of missing values included. */
  readonly slots: readonly number[];
  readonly target: Float64Array;
  readonly weights: Float64Array;
}

/** The running state of a fit: current predictions and the random stream. */
class BoostingFit {
  readonly start: number;
  readonly #columns: readonly Uint8Array[];
  readonly #slots: readonly number[];
  readonly #target: Float64Array;
  readonly #weights: Float64Array;
  readonly #options: BoostingOptions;
  readonly #usable: Uint16Array;
  readonly #random: Random;
  readonly #predicted: Float64Array;
  readonly #gradient: Float64Array;
  readonly #residual: Float64Array;

  constructor({ columns, slots, target, weights }: BoostingData, options: BoostingOptions) {
    this.#columns = columns;
    this.#slots = slots;
    this.#target = target;
    this.#weights = weights;
    this.#options = options;
    this.#usable = Uint16Array.from(columns.keys()).filter((k) =>
      columns[k]!.some((bin) => bin !== columns[k]![0]),
    );
    this.#random = randomFrom(options.seed);
    this.start = Math.fround(this.#centre(Int32Array.from(target.keys()), target, 0));
    this.#predicted = new Float64Array(target.length).fill(this.start);
    this.#gradient = new Float64Array(target.length);
    this.#residual = new Float64Array(target.length);
  }

  grow(): Trees {
    this.#updateGradient();
    const { order, others } = this.#sampleRows();
    const layout = layoutOf(this.#sampleColumns(), this.#slots);
    const rows: GradientRows = {
      columns: this.#columns,
      order,
      gradient: this.#gradient,
      weight: this.#weights,
    };
    const residual = this.#residual;
    for (let row = 0; row < residual.length; row++)
      residual[row] = this.#target[row]! - this.#predicted[row]!;
    const valueOfSpan = (span: Span): number =>
      this.#options.learningRate *
      this.#centre(order.subarray(span.from, span.to), residual, this.#options.l2);
    const { tree, leaves } = growTree(rows, layout, this.#options, valueOfSpan);
    for (const { from, to, node } of leaves)
      for (let i = from; i < to; i++) this.#predicted[order[i]!]! += tree.value[node]!;
    for (const row of others)
      this.#predicted[row]! += tree.value[leafOfColumns(tree, 0, this.#columns, row)]!;
    return tree;
  }

  #updateGradient(): void {
    const { loss } = this.#options;
    for (let row = 0; row < this.#gradient.length; row++) {
      const residual = this.#target[row]! - this.#predicted[row]!;
      const slope = loss === "squared" ? residual : residual > 0 ? loss.quantile : loss.quantile - 1;
      this.#gradient[row] = slope * this.#weights[row]!;
    }
  }

  /** Value of a leaf: the weighted mean, shrunk by l2, or the weighted quantile of the residuals of its rows. */
  #centre(rows: Int32Array, residual: Float64Array, l2: number): number {
    const { loss } = this.#options;
    if (loss !== "squared") return this.#quantile(rows, residual, loss.quantile);
    let sum = 0;
    let weight = l2;
    for (const row of rows) {
      sum += residual[row]! * this.#weights[row]!;
      weight += this.#weights[row]!;
    }
    return weight === 0 ? 0 : sum / weight;
  }

  #quantile(rows: Int32Array, residual: Float64Array, level: number): number {
    if (rows.length === 0) return 0;
    const values = new Float64Array(rows.length);
    const weights = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      values[i] = residual[rows[i]!]!;
      weights[i] = this.#weights[rows[i]!]!;
    }
    return weightedQuantile(values, weights, level);
  }

  /** The rows that the next tree sees, and those that it does not; both rising. */
  #sampleRows(): { order: Int32Array; others: Int32Array } {
    const size = this.#target.length;
    const [seen, unseen] = [new Int32Array(size), new Int32Array(size)];
    const { rowShare } = this.#options;
    let n = 0;
    for (let row = 0; row < size; row++) {
      if (rowShare >= 1 || this.#random() < rowShare) seen[n++] = row;
      else unseen[row - n] = row;
    }
    return { order: seen.subarray(0, n), others: unseen.subarray(0, size - n) };
  }

  #sampleColumns(): Uint16Array {
    const usable = this.#usable.slice();
    const wanted = Math.ceil(usable.length * this.#options.columnShare);
    for (let i = 0; i < wanted; i++) {
      const other = i + Math.floor(this.#random() * (usable.length - i));
      const column = usable[i]!;
      usable[i] = usable[other]!;
      usable[other] = column;
    }
    return usable.slice(0, wanted).sort();
  }
}
