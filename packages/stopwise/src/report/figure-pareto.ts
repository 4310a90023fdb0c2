import type { Markish } from "@observablehq/plot";
import type { ChartFrame } from "./chart-frame.ts";
import type { Markup } from "./markup.ts";
import { lookOf } from "./method-look.ts";
import { percent } from "./quantities.ts";
import type { ReportData } from "./report-data.ts";
import { riskWords, type RiskWords } from "./risk-words.ts";
import { roundTicks } from "./scale.ts";
import type { Draughtsman, PictureText } from "./svg.ts";
import { heldRisk, tradeOffChart } from "./trade-off-chart.ts";
import { nameMarks } from "./trade-off-names.ts";
import type { TradeOff, TradeOffLine, TradeOffMark, TradeOffPoint } from "./trade-off.ts";

/** How a trade-off is drawn. */
export interface ParetoOptions {
  readonly lossKind: ReportData["lossKind"];
  readonly frame: ChartFrame;
  /** Name and title; the description is made from the points. */
  readonly text: Omit<PictureText, "description">;
}

function markMarks({ plot }: Draughtsman, mark: TradeOffMark, limit: number, words: RiskWords): Markish[] {
  const { colour, symbol, label } = lookOf(mark.method);
  const at = { x: () => heldRisk(mark, limit) };
  // Beyond the axis, intervals of several marks would lie on each other.
  const interval = mark.risk > limit ? null : mark.interval;
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
  const at = { x: (point: TradeOffPoint) => heldRisk(point, limit), y: "saving" } as const;
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
  const words = riskWords(tradeOff.riskIs, lossKind);
  const chart = tradeOffChart(tradeOff, frame);
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
    ...nameMarks(draughtsman, tradeOff, { chart, words }),
  ];
  return draughtsman.draw(
    { ...frame, x: { type: "sqrt", domain: [0, chart.limit] }, y: { domain: chart.y.domain }, marks },
    { ...given.text, description: describe(tradeOff, words) },
  );
}
