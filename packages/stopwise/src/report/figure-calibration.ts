import type { Markish } from "@observablehq/plot";
import type { KeptPromise, PromiseLine } from "./calibration.ts";
import { horizontal, innerBox, vertical, type ChartFrame } from "./chart-frame.ts";
import { spreadLabels } from "./label-placement.ts";
import type { Markup } from "./markup.ts";
import { lookOf } from "./method-look.ts";
import { pixelOf, roundTicks, valueAt, type Scale } from "./scale.ts";
import type { Draughtsman, PictureText } from "./svg.ts";

/** What the axes of a calibration picture count. */
export interface PromiseAxes {
  readonly x: string;
  /** A promised or realised level, for a tick or a tooltip. */
  readonly format: (level: number) => string;
}

interface Chart {
  readonly frame: ChartFrame;
  readonly x: Scale;
  readonly y: Scale;
  readonly top: number;
}

function chartOf(lines: readonly PromiseLine[], frame: ChartFrame): Chart {
  const points = lines.flatMap((line) => line.points);
  const right = Math.max(...points.map(({ promised }) => promised)) * 1.08;
  const found = points.map(({ realised }) => realised).sort((a, b) => a - b);
  const top = Math.min(Math.max(right, (found.at(-1) ?? 0) * 1.08), right * 4);
  return {
    frame,
    x: horizontal(frame, { type: "sqrt", domain: [0, right] }),
    y: vertical(frame, { type: "sqrt", domain: [0, top] }),
    top,
  };
}

const nameOf = ({ method, selection }: PromiseLine): string =>
  `${lookOf(method).label}${selection === "certified" ? ", certified" : ""}`;

function lineMarks({ plot }: Draughtsman, line: PromiseLine, top: number, axes: PromiseAxes): Markish[] {
  const { colour, symbol } = lookOf(line.method);
  const at = { x: "promised", y: (point: KeptPromise) => Math.min(point.realised, top) } as const;
  const title = (point: KeptPromise): string =>
    `${nameOf(line)}: promised ${axes.format(point.promised)}, found ${axes.format(point.realised)}`;
  const certified = line.selection === "certified";
  return [
    plot.line(line.points, {
      ...at,
      stroke: colour,
      strokeWidth: certified ? 1.3 : 2,
      ...(certified ? { strokeDasharray: "3 3" } : {}),
    }),
    plot.dot(line.points, {
      ...at,
      symbol,
      r: certified ? 3.5 : 4.5,
      fill: (point: KeptPromise) => (point.held ? colour : "var(--paper)"),
      stroke: colour,
      strokeWidth: 1.8,
      title,
    }),
  ];
}

/** Full lines are named at the right, in their own colour; a dashed line shares colour and symbol with its full one. */
function labelMarks({ plot }: Draughtsman, lines: readonly PromiseLine[], chart: Chart): Markish[] {
  const promises = lines.filter(({ selection }) => selection === "promise");
  const named = promises.length > 0 ? promises : lines;
  const ends = named.map(({ points }) => points.at(-1)!);
  const heights = ends.map((end) => pixelOf(chart.y, Math.min(end.realised, chart.top)));
  const inner = innerBox(chart.frame);
  return spreadLabels(heights, [inner.top, inner.bottom]).map((height, i) =>
    plot.text([ends[i]!], {
      x: () => chart.x.domain[1],
      y: () => valueAt(chart.y, height),
      text: () => lookOf(named[i]!.method).label,
      textAnchor: "start",
      dx: 4,
      fill: lookOf(named[i]!.method).colour,
      fontSize: 11,
    }),
  );
}

function describe(lines: readonly PromiseLine[], axes: PromiseAxes): string {
  return lines
    .map((line) => {
      const pairs = line.points.map(
        ({ promised, realised, held }) =>
          `promised ${axes.format(promised)}, found ${axes.format(realised)}${held ? "" : " (broken)"}`,
      );
      return `${nameOf(line)}: ${pairs.join("; ")}.`;
    })
    .join(" ");
}

/**
 * Promised level against the level that was found on held-out groups: points on or under the diagonal kept their promise.
 * A filled symbol is held (the group bootstrap does not exclude the promise), an open one is broken. Both axes are square
 * roots; points far above the diagonal stand at the upper end.
 *
 * @param lines at least one, each with at least one point
 */
export function calibrationFigure(
  lines: readonly PromiseLine[],
  given: { axes: PromiseAxes; frame: ChartFrame; text: Omit<PictureText, "description"> },
  draughtsman: Draughtsman,
): Markup {
  const { plot } = draughtsman;
  const { axes, frame } = given;
  const chart = chartOf(lines, frame);
  const end = chart.x.domain[1];
  const ticks = [...new Set(lines.flatMap(({ points }) => points.map(({ promised }) => promised)))];
  const above = roundTicks(end, chart.top, 3).filter((level) => level > end * 1.15);
  const levels = [...ticks, ...(chart.top > end ? above : [])];
  const diagonal = [0, end].map((level) => ({ promised: level, realised: level }));
  const marks: Markish[] = [
    plot.areaY(diagonal, { x: "promised", y1: 0, y2: "realised", fill: "var(--kept)" }),
    plot.line(diagonal, { x: "promised", y: "realised", stroke: "var(--bound)", strokeDasharray: "4 3" }),
    plot.gridY(levels, { stroke: "var(--grid)", strokeOpacity: 1 }),
    plot.axisY(levels, {
      label: null,
      tickSize: 0,
      fontSize: 11,
      tickFormat: axes.format,
    }),
    plot.axisX(ticks, {
      label: axes.x,
      labelAnchor: "center",
      labelArrow: "none",
      fontSize: 11,
      tickFormat: axes.format,
    }),
    ...lines.flatMap((line) => lineMarks(draughtsman, line, chart.top, axes)),
    ...labelMarks(draughtsman, lines, chart),
  ];
  const scales = {
    x: { type: "sqrt", domain: chart.x.domain },
    y: { type: "sqrt", domain: chart.y.domain },
  } as const;
  return draughtsman.draw(
    { ...frame, ...scales, marks },
    { ...given.text, description: describe(lines, axes) },
  );
}
