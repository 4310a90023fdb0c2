import { randomFrom, seedFor, shuffled, type Random } from "@stopwise/core/random";
import { binColumns, binOf, fitCuts, missingBin, type Cuts, type Table } from "./binning.ts";
import { readTrees, writeTrees, type ByteReader, type ByteWriter } from "./bytes.ts";
import {
  goesLeft,
  joinTrees,
  leafOf,
  leafOfColumns,
  packRule,
  TreeBuilder,
  type SplitRule,
  type Trees,
} from "./tree.ts";

/** What extremely randomised trees are grown on. */
export interface ExtraTreesTraining {
  readonly table: Table;
  /** Targets, row-major `[nRows, nOutputs]`, finite. */
  readonly targets: ArrayLike<number>;
  readonly nOutputs: number;
  /** Group of each row; a tree sees a group's rows all or none. */
  readonly groups: ArrayLike<number>;
  /** `[nRows]`, >= 0; all 1 when left out. */
  readonly weights?: Float64Array;
}

/** How a forest is grown. */
export interface ExtraTreesOptions {
  readonly trees: number;
  /** Fewest rows in a leaf. */
  readonly minRows: number;
  /** Random splits that are tried at each node. */
  readonly candidates: number;
  /** Share of the groups that each tree sees. */
  readonly groupShare: number;
  readonly seed: number;
}

/** Settings that suit a few hundred runs. */
export const extraTreesDefaults: ExtraTreesOptions = {
  trees: 200,
  minRows: 5,
  candidates: 8,
  groupShare: 0.632,
  seed: 1,
};

/**
 * A forest whose leaves say which training rows are neighbours of a row. The weight of training row i for a row x is
 * the mean over trees of w_i [i in the bag and in the leaf of x] / (sum of the weights of the bag's rows there).
 *
 * @see Geurts, Ernst and Wehenkel 2006 for the splits; Meinshausen 2006, equation 4 for the weights
 */
export class ExtraTrees {
  readonly nRows: number;
  readonly #cuts: Cuts;
  readonly #trees: Trees;
  readonly #weights: Float32Array;
  /** Leaf of each training row in each tree, `[nTrees, nRows]`, counted from the tree's root. */
  readonly #leaf: Uint16Array;
  /** Whether a row is in a tree's bag, `[nTrees, nRows]`. */
  readonly #inBag: Uint8Array;
  readonly #bins: Uint8Array;
  /** In-bag rows by leaf: those of node k stand at memberFrom[k] to memberFrom[k + 1]. */
  readonly #members: Uint32Array;
  readonly #memberFrom: Uint32Array;

  constructor(parts: {
    cuts: Cuts;
    trees: Trees;
    weights: Float32Array;
    leaf: Uint16Array;
    inBag: Uint8Array;
  }) {
    this.nRows = parts.weights.length;
    this.#cuts = parts.cuts;
    this.#trees = parts.trees;
    this.#weights = parts.weights;
    this.#leaf = parts.leaf;
    this.#inBag = parts.inBag;
    this.#bins = new Uint8Array(parts.cuts.length);
    const index = membersByLeaf(parts, this.nRows);
    this.#members = index.members;
    this.#memberFrom = index.from;
  }

  /**
   * Weights of the training rows as neighbours of a row, `[nRows]`, summing to 1.
   *
   * @param row `[nColumns]`, NaN where a value is missing
   */
  neighbours(row: ArrayLike<number>): Float64Array {
    const { roots } = this.#trees;
    for (let column = 0; column < this.#bins.length; column++)
      this.#bins[column] = binOf(this.#cuts[column]!, row[column]!);
    const all = Array.from(roots.keys());
    return this.#share(all, (tree) => leafOf(this.#trees, roots[tree]!, this.#bins) - roots[tree]!);
  }

  /**
   * The same for a training row, from the trees that saw no row of its group: held out without a refit. All weights
   * are 0 when every tree saw the group.
   */
  outOfBagNeighbours(row: number): Float64Array {
    const without = Array.from(this.#trees.roots.keys()).filter(
      (tree) => this.#inBag[tree * this.nRows + row] === 0,
    );
    return this.#share(without, (tree) => this.#leaf[tree * this.nRows + row]!);
  }

  #share(trees: readonly number[], leafIn: (tree: number) => number): Float64Array {
    const shares = new Float64Array(this.nRows);
    for (const tree of trees) {
      const node = this.#trees.roots[tree]! + leafIn(tree);
      const members = this.#members.subarray(this.#memberFrom[node], this.#memberFrom[node + 1]);
      let total = 0;
      for (const row of members) total += this.#weights[row]!;
      if (total > 0) for (const row of members) shares[row]! += this.#weights[row]! / (total * trees.length);
    }
    return shares;
  }

  /** Writes the forest; `read` gives one with the same weights. */
  write(writer: ByteWriter): void {
    writer.u32(this.#cuts.length);
    for (const cuts of this.#cuts) writer.f32s(cuts);
    writeTrees(writer, this.#trees);
    writer.f32s(this.#weights);
    writer.u16s(this.#leaf);
    writer.u8s(this.#inBag);
  }

  /** Reads what `write` wrote. */
  static read(reader: ByteReader): ExtraTrees {
    const cuts = Array.from({ length: reader.u32() }, () => reader.f32s());
    const trees = readTrees(reader);
    return new ExtraTrees({ cuts, trees, weights: reader.f32s(), leaf: reader.u16s(), inBag: reader.u8s() });
  }
}

/** Sorts the in-bag rows of every tree by leaf: a counting sort, nTrees x nRows. */
function membersByLeaf(
  { trees, leaf, inBag }: { trees: Trees; leaf: Uint16Array; inBag: Uint8Array },
  nRows: number,
): { members: Uint32Array; from: Uint32Array } {
  const from = new Uint32Array(trees.rule.length + 1);
  const nodeOf = (at: number): number => trees.roots[Math.floor(at / nRows)]! + leaf[at]!;
  for (let at = 0; at < leaf.length; at++) if (inBag[at] === 1) from[nodeOf(at) + 1]! += 1;
  for (let node = 1; node < from.length; node++) from[node]! += from[node - 1]!;
  const next = from.slice();
  const members = new Uint32Array(from.at(-1)!);
  for (let at = 0; at < leaf.length; at++) if (inBag[at] === 1) members[next[nodeOf(at)]!++] = at % nRows;
  return { members, from };
}

/**
 * Grows extremely randomised trees with several targets: at each node the best of a few splits at random cuts of random
 * columns, by the weighted variance that it explains, summed over targets that were scaled to variance 1. Missing
 * values go to a random side. Each tree sees a random share of the groups.
 */
export function fitExtraTrees(training: ExtraTreesTraining, options: ExtraTreesOptions): ExtraTrees {
  const { table, groups } = training;
  const cuts = fitCuts(table);
  const columns = binColumns(table, cuts);
  const weights = training.weights ?? new Float64Array(table.nRows).fill(1);
  const names = [...new Set(Array.from(groups))];
  const leaf = new Uint16Array(options.trees * table.nRows);
  const inBag = new Uint8Array(options.trees * table.nRows);
  const targets = standardised(training);
  const trees = Array.from({ length: options.trees }, (_, tree) => {
    const random = randomFrom(seedFor(options.seed, `tree-${tree}`));
    const bag = new Set(
      shuffled(names, random).slice(0, Math.max(1, Math.round(names.length * options.groupShare))),
    );
    const rows = Array.from({ length: table.nRows }, (_row, row) => row).filter((row) =>
      bag.has(groups[row]!),
    );
    for (const row of rows) inBag[tree * table.nRows + row] = 1;
    const grown = new NodeSplitter(
      { columns, targets, nOutputs: training.nOutputs, weights },
      options,
      random,
    ).grow(rows);
    for (let row = 0; row < table.nRows; row++)
      leaf[tree * table.nRows + row] = leafOfColumns(grown, 0, columns, row);
    return grown;
  });
  return new ExtraTrees({ cuts, trees: joinTrees(trees), weights: Float32Array.from(weights), leaf, inBag });
}

/** Targets with mean 0 and variance 1 in each output; constant outputs become 0. */
function standardised({ table: { nRows }, targets, nOutputs }: ExtraTreesTraining): Float64Array {
  const scaled = new Float64Array(nRows * nOutputs);
  for (let output = 0; output < nOutputs; output++) {
    let sum = 0;
    let squares = 0;
    for (let at = output; at < scaled.length; at += nOutputs) {
      sum += targets[at]!;
      squares += targets[at]! ** 2;
    }
    const mean = sum / nRows;
    const deviation = Math.sqrt(Math.max(0, squares / nRows - mean * mean));
    for (let at = output; at < scaled.length; at += nOutputs)
      scaled[at] = deviation < 1e-12 ? 0 : (targets[at]! - mean) / deviation;
  }
  return scaled;
}

/** Grows one tree by random splits. */
class NodeSplitter {
  readonly #data: {
    columns: readonly Uint8Array[];
    targets: Float64Array;
    nOutputs: number;
    weights: Float64Array;
  };
  readonly #options: ExtraTreesOptions;
  readonly #random: Random;

  constructor(
    data: { columns: readonly Uint8Array[]; targets: Float64Array; nOutputs: number; weights: Float64Array },
    options: ExtraTreesOptions,
    random: Random,
  ) {
    this.#data = data;
    this.#options = options;
    this.#random = random;
  }

  grow(all: readonly number[]): Trees {
    const builder = new TreeBuilder();
    const open: { node: number; rows: readonly number[] }[] = [{ node: 0, rows: all }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const rule = this.#bestOfRandom(next.rows);
      if (rule === undefined) continue;
      const bins = this.#data.columns[rule.feature]!;
      const packed = packRule(rule);
      const left = builder.split(next.node, rule);
      open.push({ node: left, rows: next.rows.filter((row) => goesLeft(packed, bins[row]!)) });
      open.push({ node: left + 1, rows: next.rows.filter((row) => !goesLeft(packed, bins[row]!)) });
    }
    return builder.build();
  }

  #bestOfRandom(rows: readonly number[]): SplitRule | undefined {
    if (rows.length < 2 * this.#options.minRows) return undefined;
    let best: SplitRule | undefined;
    let bestScore = 1e-12;
    for (let attempt = 0; attempt < this.#options.candidates; attempt++) {
      const rule = this.#randomRule(rows);
      const score = rule === undefined ? 0 : this.#explained(rows, rule);
      if (score <= bestScore) continue;
      bestScore = score;
      best = rule;
    }
    return best;
  }

  /** A random cut of a random column between the bins that occur; undefined where the column does not vary. */
  #randomRule(rows: readonly number[]): SplitRule | undefined {
    const feature = Math.floor(this.#random() * this.#data.columns.length);
    const bins = this.#data.columns[feature]!;
    let low = 256;
    let high = 0;
    let hasMissing = false;
    for (const row of rows) {
      const bin = bins[row]!;
      if (bin === missingBin) hasMissing = true;
      else {
        low = Math.min(low, bin);
        high = Math.max(high, bin);
      }
    }
    if (high === 0 || (low === high && !hasMissing)) return undefined;
    // With missing values the cut may fall beyond the largest bin: known against missing.
    const cuts = high - low + (hasMissing ? 1 : 0);
    const bin = low + Math.floor(this.#random() * cuts);
    return { feature, bin, missingLeft: bin < high && this.#random() < 0.5 };
  }

  /** Weighted variance that a split explains, summed over outputs; 0 where a side has too few rows. */
  #explained(rows: readonly number[], rule: SplitRule): number {
    const { columns, targets, nOutputs, weights } = this.#data;
    const bins = columns[rule.feature]!;
    const packed = packRule(rule);
    const sums = [new Float64Array(nOutputs), new Float64Array(nOutputs)] as const;
    const weight = [0, 0];
    const count = [0, 0];
    for (const row of rows) {
      const side = goesLeft(packed, bins[row]!) ? 0 : 1;
      const own = weights[row]!;
      weight[side]! += own;
      count[side]! += 1;
      const sum = sums[side];
      const base = row * nOutputs;
      for (let output = 0; output < nOutputs; output++) sum[output]! += own * targets[base + output]!;
    }
    if (Math.min(count[0]!, count[1]!) < this.#options.minRows || !(Math.min(weight[0]!, weight[1]!) > 0))
      return 0;
    let explained = 0;
    for (let output = 0; output < nOutputs; output++) {
      const a = sums[0][output]!;
      const b = sums[1][output]!;
      explained += (a * a) / weight[0]! + (b * b) / weight[1]! - (a + b) ** 2 / (weight[0]! + weight[1]!);
    }
    return explained;
  }
}
