import type { Markish } from "@observablehq/plot";
import { horizontal, innerBox, vertical, type ChartFrame } from "./chart-frame.ts";
import { placeLabels, type Box, type Label } from "./label-placement.ts";
import type { Markup } from "./markup.ts";
import { lookOf } from "./method-look.ts";
import { lossInWords, lossTitle, percent } from "./quantities.ts";
import type { ReportData } from "./report-data.ts";
import { pixelOf, roundTicks, valueAt, type Scale } from "./scale.ts";
import type { Draughtsman, PictureText } from "./svg.ts";
import type { TradeOff, TradeOffLine, TradeOffMark, TradeOffPoint } from "./trade-off.ts";

type LossKind = ReportData["lossKind"];

/** How a trade-off is drawn. */
export interface ParetoOptions {
  readonly lossKind: LossKind;
  readonly frame: ChartFrame;
  /** Name and title; the description is made from the points. */
  readonly text: Omit<PictureText, "description">;
}

/** A risk in words: its axis, a level of it, and what a method with that level does. */
interface RiskWords {
  readonly axis: string;
  readonly level: (risk: number) => string;
  readonly phrase: (risk: number) => string;
}

function wordsOf(riskIs: TradeOff["riskIs"], lossKind: LossKind): RiskWords {
  const loss = (risk: number): string => lossInWords(risk, lossKind);
  const share = (risk: number): string => percent(risk, 1);
  return riskIs === "mean loss"
    ? { axis: `mean ${lossTitle(lossKind)}`, level: loss, phrase: (risk) => `loses ${loss(risk)}` }
    : { axis: "over the bound, %", level: share, phrase: (risk) => `is over the bound in ${share(risk)}` };
}

interface Chart {
  readonly frame: ChartFrame;
  readonly x: Scale;
  readonly y: Scale;
  /** Largest loss that has a place on the axis. */
  readonly limit: number;
}

/** Risks far over every bound would squeeze the rest: the axis ends at 2.5 times the largest risk of a line. */
function chartOf({ lines, marks, level }: TradeOff, frame: ChartFrame): Chart {
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

const held = (point: TradeOffPoint, limit: number): number => Math.min(point.risk, limit);

function symbolBoxes(points: readonly TradeOffPoint[], { x, y, limit }: Chart, radius: number): Box[] {
  return points.map((point) => {
    const [px, py] = [pixelOf(x, held(point, limit)), pixelOf(y, point.saving)];
    return { left: px - radius, top: py - radius, right: px + radius, bottom: py + radius };
  });
}

/** Points along a line, so that labels keep off it. */
function along(points: readonly TradeOffPoint[]): TradeOffPoint[] {
  return points.flatMap((to, i) => {
    const from = points[i - 1] ?? to;
    return Array.from({ length: 24 }, (_, k) => (k + 1) / 24).map((share) => ({
      risk: from.risk + share * (to.risk - from.risk),
      saving: from.saving + share * (to.saving - from.saving),
    }));
  });
}

/** Points along the interval of a mark. */
function whisker({ risk, interval }: TradeOffMark): TradeOffPoint[] {
  return interval === null ? [] : along(interval.map((saving) => ({ risk, saving })));
}

function levelLine({ level }: TradeOff, { y }: Chart): TradeOffPoint[] {
  return level === null ? [] : y.domain.map((saving) => ({ risk: level, saving }));
}

interface Named extends TradeOffPoint {
  readonly text: string;
  readonly colour: string;
  readonly chosen?: boolean;
}

/** A line is named at its end, a mark beside it, the bound at its top; a mark beyond the axis says how far. */
function namesOf(tradeOff: TradeOff, chart: Chart, words: RiskWords): Named[] {
  const { lines, marks, level } = tradeOff;
  const { limit } = chart;
  const ends = lines.flatMap(({ method, label, points }) => {
    const end = points.at(-1);
    return end === undefined ? [] : [{ ...end, text: label, colour: lookOf(method).colour }];
  });
  const own = marks.flatMap((mark) => {
    if (mark.label === "") return [];
    const far = mark.risk > limit ? ` (${words.level(mark.risk)} \u2192)` : "";
    return [{ ...mark, text: mark.label + far, colour: lookOf(mark.method).colour }];
  });
  const top = levelLine(tradeOff, chart)
    .slice(-1)
    .map((point) => ({ ...point, text: `bound ${words.level(level ?? 0)}`, colour: "var(--bound)" }));
  return [...ends, ...own, ...top];
}

function nameMarks({ plot }: Draughtsman, tradeOff: TradeOff, chart: Chart, words: RiskWords): Markish[] {
  const names = namesOf(tradeOff, chart, words);
  const labels: Label[] = names.map((name) => ({
    x: pixelOf(chart.x, held(name, chart.limit)),
    y: pixelOf(chart.y, name.saving),
    text: name.text,
    clear: name.chosen === true ? 5 : 0,
  }));
  const obstacles = [
    ...symbolBoxes(tradeOff.marks, chart, 7),
    ...symbolBoxes(tradeOff.marks.flatMap(whisker), chart, 2),
    ...symbolBoxes(along(levelLine(tradeOff, chart)), chart, 1),
    ...symbolBoxes(
      tradeOff.lines.flatMap(({ points }) => along(points)),
      chart,
      3,
    ),
  ];
  return placeLabels(labels, obstacles, innerBox(chart.frame)).map(({ dx, dy, anchor }, i) =>
    plot.text([names[i]!], {
      x: () => valueAt(chart.x, labels[i]!.x),
      y: "saving",
      text: "text",
      dx,
      dy,
      textAnchor: anchor,
      fill: names[i]!.colour,
      fontSize: 12,
      stroke: "var(--paper)",
      strokeWidth: 4,
    }),
  );
}

function markMarks({ plot }: Draughtsman, mark: TradeOffMark, limit: number, words: RiskWords): Markish[] {
  const { colour, symbol, label } = lookOf(mark.method);
  const at = { x: () => held(mark, limit) };
  const interval = mark.interval;
  const title = `${label}: saves ${percent(mark.saving)}, ${words.phrase(mark.risk)}`;
  return [
    ...(interval === null
      ? []
      : [
          plot.ruleX([mark], {
            ...at,
            y1: () => interval[0],
            y2: () => interval[1],
            stroke: colour,
            strokeWidth: 1.2,
          }),
        ]),
    plot.dot([mark], { ...at, y: "saving", symbol, r: 5, fill: colour, stroke: colour, title: () => title }),
    ...(mark.chosen
      ? [plot.dot([mark], { ...at, y: "saving", r: 10, stroke: colour, strokeWidth: 1.6, symbol: "circle" })]
      : []),
  ];
}

function lineMarks({ plot }: Draughtsman, line: TradeOffLine, limit: number, words: RiskWords): Markish[] {
  const { colour, dash } = lookOf(line.method);
  const at = { x: (point: TradeOffPoint) => held(point, limit), y: "saving" } as const;
  const title = (point: TradeOffPoint): string =>
    `${point.note ?? line.label}: saves ${percent(point.saving)}, ${words.phrase(point.risk)}`;
  return [
    plot.line(line.points, {
      ...at,
      stroke: colour,
      strokeWidth: 2,
      ...(dash === "" ? {} : { strokeDasharray: dash }),
    }),
    plot.dot(line.points, { ...at, r: 2.4, fill: colour, title }),
  ];
}

/** Ticks that keep their distance on an axis that widens small values. */
function lossTicks(limit: number): number[] {
  const ladder = [0, ...[1e-4, 1e-3, 1e-2, 1e-1].flatMap((power) => [power, 2 * power, 5 * power]), 1];
  const kept: number[] = [];
  for (const tick of ladder) {
    const gap = Math.sqrt(tick / limit) - Math.sqrt((kept.at(-1) ?? -limit) / limit);
    if (tick <= limit && (kept.length === 0 || gap > 0.07)) kept.push(tick);
  }
  return kept;
}

function describe({ lines, marks, level }: TradeOff, words: RiskWords): string {
  const ends = lines.map(({ label, points }) => {
    const steps = points.map(({ saving, risk }) => `${percent(saving)} at ${words.level(risk)}`);
    return `${label}: a saving of ${steps.join(", ")}`;
  });
  const own = marks.map(
    (mark) => `${lookOf(mark.method).label} saves ${percent(mark.saving)} and ${words.phrase(mark.risk)}`,
  );
  return `${[...ends, ...own].join("; ")}.${level === null ? "" : ` The bound is ${words.level(level)}.`}`;
}

/**
 * Saving against risk: a line per method, single points with 95 % intervals of the saving, a ring round what was chosen
 * beforehand, and the bound as a vertical line. The risk axis is a square root, so that small risks have room; a point
 * beyond its end stands at the end and says how far it is.
 */
export function paretoFigure(tradeOff: TradeOff, given: ParetoOptions, draughtsman: Draughtsman): Markup {
  const { plot } = draughtsman;
  const { lossKind, frame } = given;
  const words = wordsOf(tradeOff.riskIs, lossKind);
  const chart = chartOf(tradeOff, frame);
  const ticks = roundTicks(chart.y.domain[0], chart.y.domain[1], 5);
  const marks: Markish[] = [
    plot.gridY(ticks, { stroke: "var(--grid)", strokeOpacity: 1 }),
    plot.axisY(ticks, {
      label: "saving",
      labelArrow: "none",
      tickSize: 0,
      fontSize: 11,
      tickFormat: (share: number) => percent(share),
    }),
    plot.axisX(lossTicks(chart.limit), {
      label: words.axis,
      labelAnchor: "center",
      labelArrow: "none",
      fontSize: 11,
      tickFormat: (loss: number) => String(Number((loss * 100).toPrecision(6))),
    }),
    plot.ruleX(tradeOff.level === null ? [] : [tradeOff.level], {
      stroke: "var(--bound)",
      strokeDasharray: "4 3",
      strokeWidth: 1.2,
    }),
    ...tradeOff.lines.flatMap((line) => lineMarks(draughtsman, line, chart.limit, words)),
    ...tradeOff.marks.flatMap((mark) => markMarks(draughtsman, mark, chart.limit, words)),
    ...nameMarks(draughtsman, tradeOff, chart, words),
  ];
  return draughtsman.draw(
    { ...frame, x: { type: "sqrt", domain: [0, chart.limit] }, y: { domain: chart.y.domain }, marks },
    { ...given.text, description: describe(tradeOff, words) },
  );
}
