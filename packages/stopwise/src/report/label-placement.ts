/** A rectangle in pixels; y grows downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A text that belongs to a point, in pixels. */
export interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Pixels round the point that its symbol takes, beyond the usual 5. */
  readonly clear?: number;
}

/** Where a label stands: its offset from the point, and which of its ends is there. */
export interface Placement {
  readonly dx: number;
  readonly dy: number;
  readonly anchor: "start" | "middle" | "end";
}

const lineHeight = 13;
const charWidth = 6.1;
const directions = [
  { dx: 8, dy: 0, anchor: "start" },
  { dx: -8, dy: 0, anchor: "end" },
  { dx: 0, dy: -12, anchor: "middle" },
  { dx: 0, dy: 12, anchor: "middle" },
  { dx: 7, dy: -9, anchor: "start" },
  { dx: 7, dy: 9, anchor: "start" },
  { dx: -7, dy: -9, anchor: "end" },
  { dx: -7, dy: 9, anchor: "end" },
] as const satisfies readonly Placement[];
const candidates: readonly Placement[] = [1, 1.7, 2.6, 3.6].flatMap((reach) =>
  directions.map(({ dx, dy, anchor }) => ({ dx: dx * Math.min(reach, 2), dy: dy * reach, anchor })),
);

function boxOf({ x, y, text }: Label, { dx, dy, anchor }: Placement): Box {
  const width = text.length * charWidth;
  const shift = { start: 0, middle: width / 2, end: width }[anchor];
  const left = x + dx - shift;
  return { left, top: y + dy - lineHeight / 2, right: left + width, bottom: y + dy + lineHeight / 2 };
}

/** A placement that keeps further off its point. */
function pushed({ dx, dy, anchor }: Placement, by: number): Placement {
  return { dx: dx + Math.sign(dx) * by, dy: dy + Math.sign(dy) * by, anchor };
}

/** Area that two boxes share, in square pixels. */
function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}

const areaOf = (box: Box): number => (box.right - box.left) * (box.bottom - box.top);

/**
 * Finds a place for every label beside its point: greedily, in the order given, each the first candidate that covers
 * least of earlier labels (counted threefold), of the obstacles and of what lies outside the frame (counted tenfold).
 *
 * @param labels points and texts, in pixels; an earlier one has the better choice
 * @param obstacles small boxes that should stay visible, such as symbols
 * @param frame labels stay inside
 */
export function placeLabels(labels: readonly Label[], obstacles: readonly Box[], frame: Box): Placement[] {
  const taken: Box[] = [];
  return labels.map((label) => {
    let best: { placement: Placement; box: Box; cost: number } | undefined;
    for (const [rank, candidate] of candidates.entries()) {
      const placement = pushed(candidate, label.clear ?? 0);
      const box = boxOf(label, placement);
      const cost =
        10 * (areaOf(box) - overlap(box, frame)) +
        3 * taken.reduce((sum, other) => sum + overlap(box, other), 0) +
        obstacles.reduce((sum, other) => sum + overlap(box, other), 0) +
        rank * 0.5;
      if (best === undefined || cost < best.cost) best = { placement, box, cost };
    }
    taken.push(best!.box);
    return best!.placement;
  });
}

/**
 * Moves labels in a column apart: each as near to its own height as it may be while neighbours keep a line's distance and
 * all stay inside. The order from top to bottom is that of the wanted heights, ties in the order given.
 *
 * @param heights wanted heights in pixels, `[nLabels]`
 * @param span top and bottom of the column in pixels
 * @returns heights in pixels, `[nLabels]`
 */
export function spreadLabels(
  heights: readonly number[],
  span: readonly [top: number, bottom: number],
): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]! || a - b);
  const placed = new Array<number>(heights.length).fill(0);
  let free = span[0];
  for (const i of order) {
    placed[i] = Math.max(heights[i]!, free);
    free = placed[i] + lineHeight;
  }
  let limit = span[1];
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, limit);
    limit = placed[i] - lineHeight;
  }
  return placed;
}
