import {
  fillHistogram,
  giveBack,
  subtractHistogram,
  takeHistogram,
  type GradientRows,
  type Histogram,
  type HistogramLayout,
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
  /** None where the leaf is not to be split. */
  readonly histogram: Histogram | undefined;
  readonly split: Split | undefined;
}

/**
 * Grows one tree, always splitting the leaf that gains most, and gives it with the rows of each leaf. Reorders
 * `rows.order[from..to)` so that every leaf's rows lie together. Cost: rows x active columns for about half of
 * the levels, since each split scans its smaller side only.
 *
 * @param rows the binned rows and their gradients
 * @param layout the columns that may be split on
 * @param rules when to stop growing
 * @param leafValue value of a leaf from the span of its rows
 */
export function growTree(
  rows: GradientRows,
  layout: HistogramLayout,
  rules: GrowRules,
  leafValue: (span: Span) => number,
): { tree: Trees; leaves: (Span & { node: number })[] } {
  const builder = new TreeBuilder();
  const root = { from: 0, to: rows.order.length };
  const histogram = takeHistogram(layout);
  fillHistogram(rows, root, layout, histogram);
  const open: OpenLeaf[] = [{ ...root, node: 0, histogram, split: bestSplit(histogram, layout, rules) }];
  while (open.length < rules.leaves) {
    const leaf = takeBest(open);
    if (leaf === undefined) break;
    const isLast = open.length + 2 >= rules.leaves;
    open.push(...splitLeaf(leaf, { rows, layout, rules, builder, isLast }));
  }
  for (const leaf of open) {
    builder.setValue(leaf.node, leafValue(leaf));
    if (leaf.histogram !== undefined) giveBack(leaf.histogram);
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

/** What a growing tree works with; the leaves of its last split are not looked at further. */
interface Growing {
  readonly rows: GradientRows;
  readonly layout: HistogramLayout;
  readonly rules: GrowRules;
  readonly builder: TreeBuilder;
  readonly isLast: boolean;
}

function splitLeaf(leaf: OpenLeaf, { rows, layout, rules, builder, isLast }: Growing): [OpenLeaf, OpenLeaf] {
  const node = builder.split(leaf.node, leaf.split!);
  const middle = partition(rows, leaf, leaf.split!);
  const left = { from: leaf.from, to: middle, node };
  const right = { from: middle, to: leaf.to, node: node + 1 };
  const parent = leaf.histogram!;
  if (isLast) {
    giveBack(parent);
    return [
      { ...left, histogram: undefined, split: undefined },
      { ...right, histogram: undefined, split: undefined },
    ];
  }
  const leftIsSmaller = middle - leaf.from < leaf.to - middle;
  const small = takeHistogram(layout);
  fillHistogram(rows, leftIsSmaller ? left : right, layout, small);
  subtractHistogram(parent, small, layout);
  const [ofLeft, ofRight] = leftIsSmaller ? [small, parent] : [parent, small];
  return [
    { ...left, histogram: ofLeft, split: bestSplit(ofLeft, layout, rules) },
    { ...right, histogram: ofRight, split: bestSplit(ofRight, layout, rules) },
  ];
}

let scratch = new Int32Array(1024);

/** Room for rows while they are sorted; its content is of no meaning between calls. */
function scratchOf(size: number): Int32Array {
  if (scratch.length < size) scratch = new Int32Array(2 * size);
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
