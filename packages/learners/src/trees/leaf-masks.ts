import { goesLeft, type Trees } from "./tree.ts";

/** Most leaves of a tree whose leaves fit into one mask. */
const mostLeaves = 32;

/**
 * One tree as masks over its leaves: of each column that it looks at, the leaves that a bin leaves possible. What all
 * columns of a row leave possible is one leaf, so a row needs no branch, and no node waits for the one before it.
 *
 * @see Lucchese et al. 2015, "QuickScorer" (leaves as bits)
 */
export interface LeafMasks {
  readonly columns: readonly number[];
  /** Of `columns[k]`, by bin, `[nColumns][nSlots]`. */
  readonly masks: readonly Int32Array[];
  /** By the position of a leaf's bit, `[nLeaves]`. */
  readonly values: Float32Array;
}

/**
 * The masks of the tree at a root; undefined where it has more leaves than a mask has bits.
 *
 * @param trees the ensemble
 * @param root first node of the tree
 * @param slots bins of each column, the one of missing values included, `[nColumns]`
 */
export function leafMasksOf(trees: Trees, root: number, slots: readonly number[]): LeafMasks | undefined {
  const byColumn = new Map<number, Int32Array>();
  const values: number[] = [];
  /** Gives the leaves under a node as a mask, and takes from each bin of a split's column the side it does not go to. */
  const visit = (node: number): number => {
    const next = trees.child[node]!;
    if (next === 0) return 1 << (values.push(trees.value[node]!) - 1);
    const [left, right] = [visit(next), visit(next + 1)];
    const rule = trees.rule[node]!;
    const column = rule >>> 9;
    const masks = byColumn.get(column) ?? new Int32Array(slots[column]!).fill(-1);
    byColumn.set(column, masks);
    for (let bin = 0; bin < masks.length; bin++) masks[bin]! &= goesLeft(rule, bin) ? ~right : ~left;
    return left | right;
  };
  visit(root);
  if (values.length > mostLeaves) return undefined;
  return { columns: [...byColumn.keys()], masks: [...byColumn.values()], values: Float32Array.from(values) };
}

/** Rows that are taken at a time, so that their masks stay in the processor's cache. */
const blockRows = 4096;
const possible = new Int32Array(blockRows);

/**
 * Adds to each row's sum the value of the leaf that it falls into.
 *
 * @param tree from `leafMasksOf`
 * @param bins of every column, `[nColumns][nRows]`
 * @param sums `[nRows]`
 */
export function addLeafValues(tree: LeafMasks, bins: readonly Uint8Array[], sums: Float64Array): void {
  for (let from = 0; from < sums.length; from += blockRows) {
    const n = Math.min(blockRows, sums.length - from);
    possible.fill((1 << tree.values.length) - 1 || -1, 0, n);
    tree.columns.forEach((column, k) => narrow(bins[column]!.subarray(from, from + n), tree.masks[k]!));
    for (let i = 0; i < n; i++) sums[from + i]! += tree.values[31 - Math.clz32(possible[i]!)]!;
  }
}

function narrow(bins: Uint8Array, masks: Int32Array): void {
  for (let i = 0; i < bins.length; i++) possible[i]! &= masks[bins[i]!]!;
}
