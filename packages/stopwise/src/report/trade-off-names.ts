import type { Markish } from "@observablehq/plot";
import { innerBox } from "./chart-frame.ts";
import { placeLabels, type Label } from "./label-placement.ts";
import { lookOf } from "./method-look.ts";
import type { RiskWords } from "./risk-words.ts";
import { pixelOf, valueAt } from "./scale.ts";
import type { Draughtsman } from "./svg.ts";
import { heldRisk, symbolBoxes, type TradeOffChart } from "./trade-off-chart.ts";
import type { TradeOff, TradeOffMark, TradeOffPoint } from "./trade-off.ts";

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

function levelLine({ level }: TradeOff, { y }: TradeOffChart): TradeOffPoint[] {
  return level === null ? [] : y.domain.map((saving) => ({ risk: level, saving }));
}

interface Named extends TradeOffPoint {
  readonly text: string;
  readonly colour: string;
  readonly chosen?: boolean;
}

/** A line is named at its end, a mark beside it, the bound at its top; a mark beyond the axis says how far. */
function namesOf(tradeOff: TradeOff, chart: TradeOffChart, words: RiskWords): Named[] {
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

/** Texts beside the lines, marks and bound of a trade-off, placed so that they cover each other and the rest least. */
export function nameMarks(
  { plot }: Draughtsman,
  tradeOff: TradeOff,
  given: { chart: TradeOffChart; words: RiskWords },
): Markish[] {
  const { chart, words } = given;
  const names = namesOf(tradeOff, chart, words);
  const labels: Label[] = names.map((name) => ({
    x: pixelOf(chart.x, heldRisk(name, chart.limit)),
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
