import {
  fillHistogram,
  giveBack,
  subtractHistogram,
  takeHistogram,
  type GradientRows,
  type Histogram,
  type Span,
} from "./histogram.ts";
import { bestSplit, type Split, type SplitRules } from "./split.ts";
import { packRule, goesLeft, TreeBuilder, type Trees } from "./tree.ts";

/** How one tree of a boosted ensemble grows. */
export interface GrowRules extends SplitRules {
  /** Most leaves. */
  readonly leaves: number;
}

/** A leaf that may still be split. */
interface OpenLeaf extends Span {
  readonly node: number;
  readonly histogram: Histogram;
  readonly split: Split | undefined;
}

/**
 * Grows one tree, always splitting the leaf that gains most, and gives it with the rows of each leaf. Reorders
 * `rows.order[from..to)` so that every leaf's rows lie together. Cost: rows x active columns for about half of
 * the levels, since each split scans its smaller side only.
 *
 * @param rows the binned rows and their gradients
 * @param active the columns that may be split on
 * @param rules when to stop growing
 * @param leafValue value of a leaf from the span of its rows
 */
export function growTree(
  rows: GradientRows,
  active: Uint16Array,
  rules: GrowRules,
  leafValue: (span: Span) => number,
): { tree: Trees; leaves: (Span & { node: number })[] } {
  const builder = new TreeBuilder();
  const root = { from: 0, to: rows.order.length };
  const histogram = takeHistogram(active.length);
  fillHistogram(rows, root, active, histogram);
  const open: OpenLeaf[] = [{ ...root, node: 0, histogram, split: bestSplit(histogram, active, rules) }];
  while (open.length < rules.leaves) {
    const leaf = takeBest(open);
    if (leaf === undefined) break;
    open.push(...splitLeaf(leaf, { rows, active, rules, builder }));
  }
  for (const leaf of open) {
    builder.setValue(leaf.node, leafValue(leaf));
    giveBack(leaf.histogram);
  }
  return { tree: builder.build(), leaves: open };
}

function takeBest(open: OpenLeaf[]): OpenLeaf | undefined {
  let at = -1;
  for (let i = 0; i < open.length; i++) {
    const gain = open[i]!.split?.gain;
    if (gain !== undefined && (at < 0 || gain > open[at]!.split!.gain)) at = i;
  }
  return at < 0 ? undefined : open.splice(at, 1)[0];
}

function splitLeaf(
  leaf: OpenLeaf,
  growing: { rows: GradientRows; active: Uint16Array; rules: GrowRules; builder: TreeBuilder },
): [OpenLeaf, OpenLeaf] {
  const { rows, active, rules, builder } = growing;
  const split = leaf.split!;
  const node = builder.split(leaf.node, split);
  const middle = partition(rows, leaf, split);
  const left = { from: leaf.from, to: middle };
  const right = { from: middle, to: leaf.to };
  const leftIsSmaller = middle - leaf.from < leaf.to - middle;
  const small = takeHistogram(active.length);
  fillHistogram(rows, leftIsSmaller ? left : right, active, small);
  subtractHistogram(leaf.histogram, small);
  const leftHistogram = leftIsSmaller ? small : leaf.histogram;
  const rightHistogram = leftIsSmaller ? leaf.histogram : small;
  return [
    { ...left, node, histogram: leftHistogram, split: bestSplit(leftHistogram, active, rules) },
    {
      ...right,
      node: node + 1,
      histogram: rightHistogram,
      split: bestSplit(rightHistogram, active, rules),
    },
  ];
}

let scratch = new Uint32Array(1024);

/** Room for rows while they are sorted; its content is of no meaning between calls. */
function scratchOf(size: number): Uint32Array {
  if (scratch.length < size) scratch = new Uint32Array(2 * size);
  return scratch;
}

/** Brings the rows that go left to the front of the span, keeping their order; gives the border. */
function partition(rows: GradientRows, span: Span, split: Split): number {
  const bins = rows.columns[split.feature]!;
  const { order } = rows;
  const rule = packRule(split);
  const right = scratchOf(span.to - span.from);
  let nRight = 0;
  let next = span.from;
  for (let i = span.from; i < span.to; i++) {
    const row = order[i]!;
    if (goesLeft(rule, bins[row]!)) order[next++] = row;
    else right[nRight++] = row;
  }
  order.set(right.subarray(0, nRight), next);
  return next;
}
