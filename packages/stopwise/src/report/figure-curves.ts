import type { Markish } from "@observablehq/plot";
import { html, type Markup } from "./markup.ts";
import { lookOf } from "./method-look.ts";
import { lossInWords, percent, qualityName, shortCount } from "./quantities.ts";
import type { ReportCurve, ReportData, StopMark } from "./report-data.ts";
import { roundTicks } from "./scale.ts";
import type { Draughtsman } from "./svg.ts";
import { swatch } from "./swatch.ts";

type LossKind = ReportData["lossKind"];

const size = { width: 470, height: 290 };
const margins = { marginLeft: 50, marginRight: 16, marginTop: 6, marginBottom: 34 };
/** Height of one method's lane over the curve, as a share of the curve's own height. */
const laneHeight = 0.13;

interface CurvePoint {
  readonly cost: number;
  readonly value: number;
}

/** A stop, the height of its lane over the curve, and the value of the curve below it. */
interface LaneMark {
  readonly method: string;
  readonly cost: number;
  readonly value: number;
  readonly lane: number;
}

interface Panel {
  readonly points: readonly CurvePoint[];
  readonly marks: readonly LaneMark[];
  readonly low: number;
  readonly high: number;
  readonly top: number;
  readonly end: number;
}

/** Height of the drawn line at a cost; beside its ends, that of the nearer end. */
function heightAt(points: readonly CurvePoint[], cost: number): number {
  const before = points.findLast((point) => point.cost <= cost);
  const after = points.find((point) => point.cost >= cost);
  if (before === undefined || after === undefined) return (before ?? after)?.value ?? 0;
  if (after.cost === before.cost) return after.value;
  return before.value + ((cost - before.cost) / (after.cost - before.cost)) * (after.value - before.value);
}

function panelOf(curve: ReportCurve, lossKind: LossKind): Panel {
  const factor = lossKind === "points" ? 100 : 1;
  const points = curve.quality.flatMap((value, index) =>
    value === null ? [] : [{ cost: curve.cost[index]!, value: value * factor }],
  );
  const values = points.map(({ value }) => value);
  const [low, high] = values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  const span = Math.max(high - low, lossKind === "points" ? 0.1 : Math.abs(high) * 0.01, 1e-6);
  const above = (lanes: number): number => high + span * (0.08 + laneHeight * lanes);
  const marks = curve.stops.map(({ method, stopIndex }, i) => ({
    method,
    cost: curve.cost[stopIndex]!,
    value: heightAt(points, curve.cost[stopIndex]!),
    lane: above(curve.stops.length - i - 0.5),
  }));
  return {
    points,
    marks,
    low: low - span * 0.04,
    high,
    top: above(curve.stops.length),
    end: curve.cost.at(-1) ?? 1,
  };
}

/** The line from a stop's lane down to the curve, and its symbols. */
function stopLine({ plot }: Draughtsman, mark: LaneMark): Markish[] {
  const { colour, symbol } = lookOf(mark.method);
  return [
    plot.ruleX([mark], {
      x: "cost",
      y1: "value",
      y2: "lane",
      stroke: colour,
      strokeWidth: 1.2,
      strokeDasharray: "3 2",
    }),
    plot.dot([mark], { x: "cost", y: "value", r: 2.8, fill: colour }),
    plot.dot([mark], { x: "cost", y: "lane", symbol, r: 4.2, fill: colour, stroke: colour }),
  ];
}

function stopName({ plot }: Draughtsman, mark: LaneMark, end: number): Markish {
  const { colour, label } = lookOf(mark.method);
  const left = mark.cost > end * 0.7;
  const side = left ? ({ textAnchor: "end", dx: -10 } as const) : ({ textAnchor: "start", dx: 10 } as const);
  return plot.text([mark], {
    x: "cost",
    y: "lane",
    text: () => label,
    ...side,
    fontSize: 11,
    fill: colour,
    stroke: "var(--paper)",
    strokeWidth: 4,
  });
}

/** Names come last, so that their edge in the colour of the page keeps the lines of other stops off them. */
function stopMarks(draughtsman: Draughtsman, { marks, end }: Panel): Markish[] {
  return [
    ...marks.flatMap((mark) => stopLine(draughtsman, mark)),
    ...marks.map((mark) => stopName(draughtsman, mark, end)),
  ];
}

function stopInWords({ method, saving, emLoss }: StopMark, lossKind: LossKind): string {
  return `${lookOf(method).label} saves ${percent(saving)} and loses ${lossInWords(emLoss, lossKind)}`;
}

function axisFormat(lossKind: LossKind): (value: number) => string {
  return (value) => (lossKind === "points" ? `${value}\u202f%` : String(value));
}

function drawPanel(
  draughtsman: Draughtsman,
  curve: ReportCurve,
  given: { name: string; lossKind: LossKind },
): Markup {
  const { plot } = draughtsman;
  const panel = panelOf(curve, given.lossKind);
  const ticks = roundTicks(panel.low, panel.high, 4);
  const line = { x: "cost", y: "value" } as const;
  const marks: Markish[] = [
    plot.gridY(ticks, { stroke: "var(--grid)", strokeOpacity: 1 }),
    plot.axisY(ticks, { label: null, tickSize: 0, fontSize: 11, tickFormat: axisFormat(given.lossKind) }),
    plot.axisX({
      label: `training ${curve.costUnit}`,
      labelAnchor: "center",
      labelArrow: "none",
      tickSize: 4,
      ticks: 5,
      tickFormat: shortCount,
      fontSize: 11,
    }),
    plot.line(panel.points, { ...line, stroke: "var(--ink)", strokeWidth: 1.5 }),
    ...(panel.points.length <= 60 ? [plot.dot(panel.points, { ...line, r: 1.4, fill: "var(--ink)" })] : []),
    ...stopMarks(draughtsman, panel),
  ];
  const stops = curve.stops.map((stop) => stopInWords(stop, given.lossKind)).join("; ");
  return draughtsman.draw(
    { ...size, ...margins, x: { domain: [0, panel.end] }, y: { domain: [panel.low, panel.top] }, marks },
    {
      name: given.name,
      title: `${qualityName(curve.metric)} of run ${curve.id} over training ${curve.costUnit}, with stops`,
      description: `${curve.why}. ${stops}.`,
    },
  );
}

function stopTable(curve: ReportCurve, lossKind: LossKind): Markup {
  const rows = curve.stops.map(
    ({ method, stopIndex, saving, emLoss }) =>
      html`<tr>
        <th scope="row">${swatch(method)} ${lookOf(method).label}</th>
        <td>${stopIndex + 1} of ${curve.cost.length}</td>
        <td>${percent(saving)}</td>
        <td>${lossInWords(emLoss, lossKind)}</td>
      </tr>`,
  );
  return html`<div class="wide">
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">stop</th>
          <th scope="col">evaluation</th>
          <th scope="col">saves</th>
          <th scope="col">loses</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/**
 * Recorded runs, a panel each: the curve, and over it a lane per method with the point where it stops the run; below, what
 * each stop saves and loses.
 *
 * @param curves an empty list gives an empty grid
 * @param lossKind quality is shown in percent for `points`, a loss as it is for `relative`
 */
export function curvesFigure(
  curves: readonly ReportCurve[],
  lossKind: LossKind,
  draughtsman: Draughtsman,
): Markup {
  const panels = curves.map(
    (curve, i) =>
      html`<figure class="panel">
        <figcaption>
          <b>${curve.group}</b> <span class="quiet">${qualityName(curve.metric)} · run ${curve.id}</span
          ><br />${curve.why}
        </figcaption>
        ${drawPanel(draughtsman, curve, { name: `curve-${i + 1}`, lossKind })} ${stopTable(curve, lossKind)}
      </figure>`,
  );
  return html`<div class="grid">${panels}</div>`;
}
