import type { Box } from "./label-placement.ts";
import type { Scale } from "./scale.ts";

/** The size of a chart and the room for its axes, in pixels. */
export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly marginTop: number;
  readonly marginBottom: number;
}

/** The pixels that a horizontal axis spans. */
export function horizontal(frame: ChartFrame, axis: Omit<Scale, "range">): Scale {
  return { ...axis, range: [frame.marginLeft, frame.width - frame.marginRight] };
}

/** The pixels that a vertical axis spans, upwards. */
export function vertical(frame: ChartFrame, axis: Omit<Scale, "range">): Scale {
  return { ...axis, range: [frame.height - frame.marginBottom, frame.marginTop] };
}

/** The rectangle inside the margins. */
export function innerBox(frame: ChartFrame): Box {
  return {
    left: frame.marginLeft,
    top: frame.marginTop,
    right: frame.width - frame.marginRight,
    bottom: frame.height - frame.marginBottom,
  };
}
