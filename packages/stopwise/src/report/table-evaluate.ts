import { html, type Markup } from "./markup.ts";
import { lookOf } from "./method-look.ts";
import { boundInWords, lossInWords, percent, sameBound } from "./quantities.ts";
import type { ReportBound, ReportData, ReportRow } from "./report-data.ts";
import { swatch } from "./swatch.ts";
import { headlineRows } from "./trade-off.ts";
import { riskOf, verdictOf } from "./verdict.ts";

type LossKind = ReportData["lossKind"];
type Maybe = ReportRow | undefined;

/** The distinct values of a list, in the order of first appearance. */
function distinct<T>(values: readonly T[], same: (a: T, b: T) => boolean = Object.is): T[] {
  return values.filter((value, i) => values.findIndex((other) => same(other, value)) === i);
}

function verdict(row: Maybe): Markup {
  if (row === undefined) return html`<td>–</td>`;
  const words = verdictOf(row);
  return words === "not excluded" ? html`<td>${words}</td>` : html`<td class="${words}">${words}</td>`;
}

/** What the bound is about: the mean loss, or the share over the bound. */
function risk(row: Maybe, lossKind: LossKind): string {
  if (row === undefined) return "–";
  return row.bound.kind === "mean" ? lossInWords(riskOf(row), lossKind) : percent(riskOf(row), 1);
}

const saved = (row: Maybe): string => (row === undefined ? "–" : percent(row.meanSaving));

function methodRow(rows: readonly ReportRow[], lossKind: LossKind): Markup {
  const { method } = rows[0]!;
  const [promise, certified, frontier] = (["promise", "certified", "frontier"] as const).map((selection) =>
    rows.find((row) => row.selection === selection),
  );
  const shown = promise ?? frontier;
  const share = shown?.shareOfHindsight;
  return html`<tr>
    <th scope="row">${swatch(method)} ${lookOf(method).label}</th>
    <td class="begin">${saved(promise)}</td>
    <td class="quiet">
      ${promise === undefined ? "–" : `${percent(promise.low)} – ${percent(promise.high)}`}
    </td>
    <td>${promise === undefined ? "–" : lossInWords(promise.meanEmLoss, lossKind)}</td>
    <td>${promise === undefined ? "–" : lossInWords(promise.p95EmLoss, lossKind)}</td>
    <td>${promise === undefined ? "–" : percent(promise.shareOverBound, 1)}</td>
    ${verdict(promise)}
    <td>${share === undefined || share === null ? "–" : percent(share)}</td>
    <td class="begin">${saved(certified)}</td>
    <td>${risk(certified, lossKind)}</td>
    <td class="begin">${saved(frontier)}</td>
    <td>${risk(frontier, lossKind)}</td>
  </tr>`;
}

function boundTable({ rows, title, lossKind }: Block): Markup {
  const methods = distinct(rows.map(({ method }) => method));
  const { nRuns, nGroups, noiseFloor, bound } = rows[0]!;
  const lost = bound.kind === "mean" ? "loses" : "over";
  return html`<div class="wide" role="region" aria-label="${title}" tabindex="0">
    <table class="numbers">
      <caption>
        ${nRuns.toLocaleString("en-US")} runs in ${nGroups.toLocaleString("en-US")} groups; evaluation noise
        alone makes a mean loss of ${lossInWords(noiseFloor, lossKind)}.
      </caption>
      <thead>
        <tr>
          <td></td>
          <th scope="colgroup" colspan="7" class="begin">promise</th>
          <th scope="colgroup" colspan="2" class="begin">certified</th>
          <th scope="colgroup" colspan="2" class="begin">frontier</th>
        </tr>
        <tr>
          <th scope="col">method</th>
          <th scope="col" class="begin">saves</th>
          <th scope="col">95 % interval</th>
          <th scope="col">loses</th>
          <th scope="col">95th pct.</th>
          <th scope="col">over</th>
          <th scope="col">bound</th>
          <th scope="col">of hindsight</th>
          <th scope="col" class="begin">saves</th>
          <th scope="col">${lost}</th>
          <th scope="col" class="begin">saves</th>
          <th scope="col">${lost}</th>
        </tr>
      </thead>
      <tbody>
        ${methods.map((method) =>
          methodRow(
            rows.filter((row) => row.method === method),
            lossKind,
          ),
        )}
      </tbody>
    </table>
  </div>`;
}

interface Block {
  readonly title: string;
  readonly rows: readonly ReportRow[];
  readonly open: boolean;
  readonly lossKind: LossKind;
}

/** Every bound over the headline rows, the chosen one first; then each metric class under the chosen bound alone. */
function blocksOf(rows: readonly ReportRow[], chosen: ReportBound, lossKind: LossKind): Block[] {
  const headline = headlineRows(rows);
  const bounds = distinct(
    headline.map(({ bound }) => bound),
    sameBound,
  ).sort((a, b) => Number(sameBound(b, chosen)) - Number(sameBound(a, chosen)));
  const here = rows.filter((row) => row.weighting === "group" && sameBound(row.bound, chosen));
  const classes = distinct(here.map(({ metricClass }) => metricClass)).filter(
    (metricClass) => metricClass !== headline[0]?.metricClass,
  );
  return [
    ...bounds.map((bound) => ({
      title: boundInWords(bound, lossKind),
      rows: headline.filter((row) => sameBound(row.bound, bound)),
      open: sameBound(bound, chosen),
      lossKind,
    })),
    ...classes.map((metricClass) => ({
      title: `${boundInWords(chosen, metricClass === "loss" ? "relative" : lossKind)}, metric class ${metricClass}`,
      rows: here.filter((row) => row.metricClass === metricClass),
      open: false,
      lossKind: metricClass === "loss" ? ("relative" as const) : lossKind,
    })),
  ];
}

/**
 * The rows of `evaluate` as tables that fold, a line per method: one table per bound over every metric class, the chosen
 * bound first and open, then one per metric class under the chosen bound. Each group weighs 1.
 *
 * @param rows an empty list says so in words
 * @param chosen the bound whose table is open
 */
export function evaluateTables(rows: readonly ReportRow[], chosen: ReportBound, lossKind: LossKind): Markup {
  const blocks = blocksOf(rows, chosen, lossKind);
  if (blocks.length === 0) return html`<p class="missing">Nothing was judged.</p>`;
  const parts = blocks.map(
    (block) => html`<details${block.open ? html` open` : null}>
      <summary>${block.title}</summary>
      ${boundTable(block)}
    </details>`,
  );
  return html`${parts}`;
}
