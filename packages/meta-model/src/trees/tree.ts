import { missingBin } from "./binning.ts";

/**
 * A binary tree over binned rows, as flat arrays. Node 0 is the root. A node with `feature` -1 is a leaf; else rows
 * with a known bin <= `bin` go left, with a larger one right, and missing ones where `missingLeft` says.
 */
export interface Tree {
  readonly feature: Int16Array;
  readonly bin: Uint8Array;
  readonly missingLeft: Uint8Array;
  readonly left: Uint16Array;
  readonly right: Uint16Array;
  /** Value of each node, `[nNodes]`; used at leaves. */
  readonly value: Float32Array;
}

/** Index of the leaf that a binned row falls into: one comparison per level. */
export function leafOf(tree: Tree, bins: Uint8Array): number {
  let node = 0;
  for (let feature = tree.feature[0]!; feature >= 0; feature = tree.feature[node]!) {
    const bin = bins[feature]!;
    const goesLeft = bin === missingBin ? tree.missingLeft[node] === 1 : bin <= tree.bin[node]!;
    node = goesLeft ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

/** Index of the leaf that one row of binned columns, `[nColumns, nRows]`, falls into. */
export function leafOfColumns(tree: Tree, columns: readonly Uint8Array[], row: number): number {
  let node = 0;
  for (let feature = tree.feature[0]!; feature >= 0; feature = tree.feature[node]!) {
    const bin = columns[feature]![row]!;
    const goesLeft = bin === missingBin ? tree.missingLeft[node] === 1 : bin <= tree.bin[node]!;
    node = goesLeft ? tree.left[node]! : tree.right[node]!;
  }
  return node;
}

/** Value of the leaf that a binned row falls into. */
export function valueOf(tree: Tree, bins: Uint8Array): number {
  return tree.value[leafOf(tree, bins)]!;
}

/** Collects the nodes of a growing tree. */
export class TreeBuilder {
  readonly #feature: number[] = [];
  readonly #bin: number[] = [];
  readonly #missingLeft: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #value: number[] = [];

  /** Adds a leaf and gives its index. */
  leaf(value: number): number {
    this.#feature.push(-1);
    this.#bin.push(0);
    this.#missingLeft.push(0);
    this.#left.push(0);
    this.#right.push(0);
    return this.#value.push(value) - 1;
  }

  /** Turns a leaf into a split with two new leaves. */
  split(
    node: number,
    rule: { readonly feature: number; readonly bin: number; readonly missingLeft: boolean },
  ): { left: number; right: number } {
    this.#feature[node] = rule.feature;
    this.#bin[node] = rule.bin;
    this.#missingLeft[node] = rule.missingLeft ? 1 : 0;
    const left = this.leaf(0);
    const right = this.leaf(0);
    this.#left[node] = left;
    this.#right[node] = right;
    return { left, right };
  }

  /** Gives a node its value. */
  setValue(node: number, value: number): void {
    this.#value[node] = value;
  }

  /** The finished tree. */
  build(): Tree {
    return {
      feature: Int16Array.from(this.#feature),
      bin: Uint8Array.from(this.#bin),
      missingLeft: Uint8Array.from(this.#missingLeft),
      left: Uint16Array.from(this.#left),
      right: Uint16Array.from(this.#right),
      value: Float32Array.from(this.#value),
    };
  }
}
