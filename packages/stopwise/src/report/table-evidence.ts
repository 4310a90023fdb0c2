import { html, type Markup } from "./markup.ts";
import { lossInWords, percent } from "./quantities.ts";
import type { ReportData, ReportRecommendation } from "./report-data.ts";

/**
 * The past runs that speak for a recommendation, heaviest first: how much each counts, and what the recommended policy
 * would have saved and lost on it.
 *
 * @param evidence an empty list says so in words
 */
export function evidenceTable(
  evidence: ReportRecommendation["evidence"],
  lossKind: ReportData["lossKind"],
): Markup {
  if (evidence.length === 0) return html`<p class="missing">No past run speaks for this recommendation.</p>`;
  const sorted = evidence.toSorted((a, b) => b.weight - a.weight || (a.run < b.run ? -1 : 1));
  const heaviest = sorted[0]!.weight;
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const rows = sorted.map(
    ({ run, group, weight, saving, emLoss }) =>
      html`<tr>
        <th scope="row" class="long">${run}</th>
        <td class="text long">${group ?? "–"}</td>
        <td class="weighed">
          <meter
            min="0"
            max="1"
            value="${(heaviest > 0 ? weight / heaviest : 0).toFixed(3)}"
            aria-hidden="true"
          ></meter>
          ${percent(weight, 1)}
        </td>
        <td>${percent(saving)}</td>
        <td>${lossInWords(emLoss, lossKind)}</td>
      </tr>`,
  );
  return html`<div class="wide" role="region" aria-label="Evidence" tabindex="0">
    <table class="numbers">
      <caption>
        ${sorted.length} past runs; together they carry ${percent(total)} of the weight.
      </caption>
      <thead>
        <tr>
          <th scope="col">run</th>
          <th scope="col" class="text">group</th>
          <th scope="col">weight</th>
          <th scope="col">would save</th>
          <th scope="col">would lose</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
