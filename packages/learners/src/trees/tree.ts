import { missingBin } from "./binning.ts";

/**
 * Binary trees over binned rows, laid end to end in flat arrays. A node whose `child` is 0 is a leaf; else its two
 * children stand at `child` (left) and `child + 1` (right). `rule` packs the split: bits 0-7 the largest bin that
 * goes left, bit 8 whether missing values go left, the bits above the column.
 */
export interface Trees {
  /** First node of each tree, `[nTrees]`. */
  readonly roots: Uint32Array;
  readonly rule: Uint32Array;
  readonly child: Uint32Array;
  /** Value of each node, `[nNodes]`; used at leaves. */
  readonly value: Float32Array;
}

/** A split of one node. */
export interface SplitRule {
  readonly feature: number;
  /** Largest known bin that goes left. */
  readonly bin: number;
  readonly missingLeft: boolean;
}

/** Packs a split into one number. */
export function packRule(split: SplitRule): number {
  return (split.feature << 9) | (split.missingLeft ? 256 : 0) | split.bin;
}

/** Whether a bin goes left under a packed rule. */
export function goesLeft(rule: number, bin: number): boolean {
  return bin === missingBin ? (rule & 256) !== 0 : bin <= (rule & 255);
}

/**
 * The leaf that a binned row, `[nColumns]` from `bins[from]` on, falls into from a root: one comparison per level.
 */
export function leafOf(trees: Trees, root: number, bins: Uint8Array, from = 0): number {
  const { rule, child } = trees;
  let node = root;
  for (let next = child[node]!; next !== 0; next = child[node]!) {
    const split = rule[node]!;
    node = goesLeft(split, bins[from + (split >>> 9)]!) ? next : next + 1;
  }
  return node;
}

/** The leaf that one row of binned columns, `[nColumns, nRows]`, falls into from a root. */
export function leafOfColumns(
  trees: Trees,
  root: number,
  columns: readonly Uint8Array[],
  row: number,
): number {
  const { rule, child } = trees;
  let node = root;
  for (let next = child[node]!; next !== 0; next = child[node]!) {
    const split = rule[node]!;
    node = goesLeft(split, columns[split >>> 9]![row]!) ? next : next + 1;
  }
  return node;
}

/** Columns that some split looks at, rising. */
export function usedColumns(trees: Trees): Uint16Array {
  const used = new Set<number>();
  trees.child.forEach((next, node) => {
    if (next !== 0) used.add(trees.rule[node]! >>> 9);
  });
  return Uint16Array.from(used).sort();
}

/** Collects the nodes of one growing tree; its root is node 0. */
export class TreeBuilder {
  readonly #rule: number[] = [0];
  readonly #child: number[] = [0];
  readonly #value: number[] = [0];

  /** Splits a leaf; the new leaves stand at the index that is given and the one after it. */
  split(node: number, rule: SplitRule): number {
    const left = this.#rule.push(0, 0) - 2;
    this.#child.push(0, 0);
    this.#value.push(0, 0);
    this.#rule[node] = packRule(rule);
    this.#child[node] = left;
    return left;
  }

  /** Gives a node its value. */
  setValue(node: number, value: number): void {
    this.#value[node] = value;
  }

  /** The finished tree. */
  build(): Trees {
    return {
      roots: Uint32Array.of(0),
      rule: Uint32Array.from(this.#rule),
      child: Uint32Array.from(this.#child),
      value: Float32Array.from(this.#value),
    };
  }
}

/** Lays trees end to end. */
export function joinTrees(parts: readonly Trees[]): Trees {
  const nNodes = parts.reduce((sum, part) => sum + part.rule.length, 0);
  const nTrees = parts.reduce((sum, part) => sum + part.roots.length, 0);
  const joined = {
    roots: new Uint32Array(nTrees),
    rule: new Uint32Array(nNodes),
    child: new Uint32Array(nNodes),
    value: new Float32Array(nNodes),
  };
  let tree = 0;
  let node = 0;
  for (const part of parts) {
    const base = node;
    for (const root of part.roots) joined.roots[tree++] = base + root;
    joined.rule.set(part.rule, base);
    joined.value.set(part.value, base);
    for (const next of part.child) joined.child[node++] = next === 0 ? 0 : base + next;
  }
  return joined;
}
