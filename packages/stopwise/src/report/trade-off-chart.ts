import { horizontal, vertical, type ChartFrame } from "./chart-frame.ts";
import type { Box } from "./label-placement.ts";
import { pixelOf, type Scale } from "./scale.ts";
import type { TradeOff, TradeOffPoint } from "./trade-off.ts";

/** The axes of a trade-off: risk to the right on a square root, saving upwards. */
export interface TradeOffChart {
  readonly frame: ChartFrame;
  readonly x: Scale;
  readonly y: Scale;
  /** Largest risk that has a place on the axis. */
  readonly limit: number;
}

/** Risks far over every bound would squeeze the rest: the axis ends at 2.5 times the largest risk of a line. */
export function tradeOffChart({ lines, marks, level }: TradeOff, frame: ChartFrame): TradeOffChart {
  const onLines = lines.flatMap(({ points }) => points);
  const reach = Math.max(level ?? 0, ...onLines.map(({ risk }) => risk), 1e-6);
  const limit = Math.min(reach * 2.5, Math.max(reach * 1.15, ...marks.map(({ risk }) => risk * 1.1)));
  const savings = [...onLines, ...marks].map(({ saving }) => saving);
  const highs = marks.map(({ interval }) => interval?.[1] ?? 0);
  const top = Math.min(1, Math.max(0.1, ...savings, ...highs) * 1.08);
  const bottom = Math.min(0, ...savings);
  return {
    frame,
    x: horizontal(frame, { type: "sqrt", domain: [0, limit] }),
    y: vertical(frame, { type: "linear", domain: [bottom, top] }),
    limit,
  };
}

/** The risk that a point is drawn at: at the end of the axis where its own is beyond. */
export function heldRisk(point: TradeOffPoint, limit: number): number {
  return Math.min(point.risk, limit);
}

/** Boxes of this radius round points, for labels to keep off. */
export function symbolBoxes(
  points: readonly TradeOffPoint[],
  { x, y, limit }: TradeOffChart,
  radius: number,
): Box[] {
  return points.map((point) => {
    const [px, py] = [pixelOf(x, heldRisk(point, limit)), pixelOf(y, point.saving)];
    return { left: px - radius, top: py - radius, right: px + radius, bottom: py + radius };
  });
}
