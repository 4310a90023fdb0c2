import { html, type Markup } from "./markup.ts";
import { lookOf } from "./method-look.ts";
import { percent, sameBound } from "./quantities.ts";
import type { ReportData, ReportRow } from "./report-data.ts";
import { riskWords } from "./risk-words.ts";
import { headlineRows } from "./trade-off.ts";
import { riskOf, verdictOf } from "./verdict.ts";

function tile(data: ReportData, row: ReportRow): Markup {
  const words = riskWords(row.bound.kind === "mean" ? "mean loss" : "share over", data.lossKind);
  const risk = words.phrase(riskOf(row));
  const kept = row.selection === "promise" ? `; bound ${verdictOf(row)}` : "";
  return html`<div class="tile">
    <span>${lookOf(row.method).label}</span>
    <b>${percent(row.meanSaving)}</b>
    <span>saved (${percent(row.low)} to ${percent(row.high)}), ${risk}${kept}</span>
  </div>`;
}

/** The headline numbers: what each method saves and risks under the chosen bound. */
export function tiles(data: ReportData): Markup {
  const here = headlineRows(data.rows).filter((row) => sameBound(row.bound, data.bound));
  const shown = ["learned", "recommend", "best-fixed", "patience-3", "hindsight"].flatMap((method) => {
    const own = here.filter((row) => row.method === method);
    const row = own.find(({ selection }) => selection === "promise") ?? own[0];
    return row === undefined ? [] : [tile(data, row)];
  });
  return html`<div class="tiles">${shown}</div>`;
}
