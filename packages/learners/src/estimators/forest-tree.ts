import type { Random } from "@stopwise/core/random";

/**
 * One tree as arrays over nodes, `[nNodes]`, the root first. At an inner node `feature` >= 0 and rows with
 * value < `threshold` (a number), or a level whose bit is set in `threshold` (a category), go to `left`, the others to
 * `left + 1`; unknown values go where `unknownLeft` says. At a leaf `feature` is -1 and its members are
 * `members[left .. left + size)`.
 */
export interface ForestTree {
  readonly feature: Int16Array;
  readonly threshold: Float64Array;
  readonly unknownLeft: Uint8Array;
  readonly left: Int32Array;
  readonly size: Int32Array;
  /** Runs of the training set, leaf after leaf. */
  readonly members: Int32Array;
}

/** What trees are grown on. */
export interface GrowthData {
  readonly features: readonly Float64Array[];
  readonly isCategory: Uint8Array;
  /** Projected targets `[nRuns, nDimensions]`. */
  readonly responses: Float64Array;
  readonly nDimensions: number;
  readonly weights: Float64Array;
}

/** How a tree grows. */
export interface GrowthOptions {
  /** Smallest total weight of a leaf. */
  readonly minLeafWeight: number;
  /** Random splits tried at a node. */
  readonly nTries: number;
  readonly random: Random;
}

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly unknownLeft: boolean;
}

/** Whether a row goes left; level masks are exact up to 53 levels. */
export function goesLeft(
  value: number,
  { threshold, unknownLeft, isCategory }: { threshold: number; unknownLeft: boolean; isCategory: boolean },
): boolean {
  if (Number.isNaN(value)) return unknownLeft;
  return isCategory ? Math.floor(threshold / 2 ** value) % 2 === 1 : value < threshold;
}

/** A random cut of one feature at a node: uniform between the extremes, or a random set of the levels that are there. */
function randomSplit(
  data: GrowthData,
  rows: readonly number[],
  { random, feature }: { random: Random; feature: number },
): Split | undefined {
  let [low, high, unknown] = [Infinity, -Infinity, 0];
  const levels = new Set<number>();
  for (const row of rows) {
    const value = data.features[row]![feature]!;
    if (Number.isNaN(value)) unknown++;
    else {
      if (value < low) low = value;
      if (value > high) high = value;
      if (data.isCategory[feature] === 1) levels.add(value);
    }
  }
  const unknownLeft = random() < 0.5;
  const onKnown = unknown > 0 && (low === high || random() < 0.2);
  if (unknown === rows.length || (low === high && unknown === 0)) return undefined;
  if (onKnown) {
    return data.isCategory[feature] === 1
      ? { feature, threshold: unknownLeft ? 0 : 2 ** 53 - 1, unknownLeft }
      : { feature, threshold: unknownLeft ? -Infinity : Infinity, unknownLeft };
  }
  if (data.isCategory[feature] === 0) {
    return { feature, threshold: low + (high - low) * (random() || 0.5), unknownLeft };
  }
  let mask = 0;
  for (const level of [...levels].sort((a, b) => a - b)) if (random() < 0.5) mask += 2 ** level;
  return { feature, threshold: mask, unknownLeft };
}

/** Sum over dimensions of (sum w y)^2 / sum w on both sides, the part of the variance that a split explains; -1 when a side is too light. */
function explained(
  data: GrowthData,
  rows: readonly number[],
  { split, minLeafWeight }: { split: Split; minLeafWeight: number },
): number {
  const n = data.nDimensions;
  const sums = new Float64Array(2 * n);
  const weight = [0, 0];
  const rule = { ...split, isCategory: data.isCategory[split.feature] === 1 };
  for (const row of rows) {
    const side = goesLeft(data.features[row]![split.feature]!, rule) ? 0 : 1;
    const w = data.weights[row]!;
    weight[side]! += w;
    for (let d = 0; d < n; d++) sums[side * n + d]! += w * data.responses[row * n + d]!;
  }
  if (Math.min(weight[0]!, weight[1]!) < minLeafWeight) return -1;
  let score = 0;
  for (let d = 0; d < 2 * n; d++) score += sums[d]! ** 2 / weight[d < n ? 0 : 1]!;
  return score;
}

/**
 * Grows an extremely randomised tree: at each node the best of some random cuts by explained variance of the targets.
 *
 * @param data what is known of every run
 * @param rows the runs that the tree sees
 * @see Geurts, Ernst, Wehenkel 2006, Extremely randomized trees
 */
export function growTree(data: GrowthData, rows: readonly number[], options: GrowthOptions): ForestTree {
  const nodes = [{ rows, split: undefined as Split | undefined, left: 0 }];
  const members: number[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    const split = bestSplit(data, node.rows, options);
    if (split === undefined) {
      node.left = members.length;
      members.push(...node.rows);
      continue;
    }
    const rule = { ...split, isCategory: data.isCategory[split.feature] === 1 };
    const isLeft = node.rows.map((row) => goesLeft(data.features[row]![split.feature]!, rule));
    node.split = split;
    node.left = nodes.length;
    for (const side of [true, false]) {
      nodes.push({ rows: node.rows.filter((_, k) => isLeft[k] === side), split: undefined, left: 0 });
    }
  }
  return {
    feature: Int16Array.from(nodes, (node) => node.split?.feature ?? -1),
    threshold: Float64Array.from(nodes, (node) => node.split?.threshold ?? 0),
    unknownLeft: Uint8Array.from(nodes, (node) => (node.split?.unknownLeft === true ? 1 : 0)),
    left: Int32Array.from(nodes, (node) => node.left),
    size: Int32Array.from(nodes, (node) => (node.split === undefined ? node.rows.length : 0)),
    members: Int32Array.from(members),
  };
}

function bestSplit(data: GrowthData, rows: readonly number[], options: GrowthOptions): Split | undefined {
  const { minLeafWeight, nTries, random } = options;
  const weight = rows.reduce((sum, row) => sum + data.weights[row]!, 0);
  if (weight < 2 * minLeafWeight) return undefined;
  let [best, score] = [undefined as Split | undefined, 0];
  for (let attempt = 0; attempt < nTries; attempt++) {
    const feature = Math.floor(random() * data.isCategory.length);
    const split = randomSplit(data, rows, { random, feature });
    if (split === undefined) continue;
    const itsScore = explained(data, rows, { split, minLeafWeight });
    if (itsScore > score) [best, score] = [split, itsScore];
  }
  return best;
}

/** Node number of the leaf that a task falls into. */
export function leafOf(tree: ForestTree, features: Float64Array, isCategory: Uint8Array): number {
  let node = 0;
  for (;;) {
    const feature = tree.feature[node]!;
    if (feature < 0) return node;
    const value = features[feature]!;
    const threshold = tree.threshold[node]!;
    const left =
      value !== value
        ? tree.unknownLeft[node] === 1
        : isCategory[feature] === 1
          ? Math.floor(threshold / 2 ** value) % 2 === 1
          : value < threshold;
    node = tree.left[node]! + (left ? 0 : 1);
  }
}
