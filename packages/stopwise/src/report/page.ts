import { meanPromises, tailPromises } from "./calibration.ts";
import { calibrationFigure } from "./figure-calibration.ts";
import { curvesFigure } from "./figure-curves.ts";
import { importanceFigure } from "./figure-importance.ts";
import { paretoFigure } from "./figure-pareto.ts";
import { html, Markup, type Part } from "./markup.ts";
import { pageStyle } from "./page-style.ts";
import { tiles } from "./page-tiles.ts";
import { boundInWords, lossInWords, lossTitle, percent } from "./quantities.ts";
import {
  isUnmeasured,
  type Measured,
  type PredictedOutcome,
  type ReportData,
  type ReportRecommendation,
} from "./report-data.ts";
import type { Draughtsman } from "./svg.ts";
import { evaluateTables } from "./table-evaluate.ts";
import { evidenceTable } from "./table-evidence.ts";
import { measuredTradeOff, predictedTradeOff } from "./trade-off.ts";

const wideFrame = {
  width: 900,
  height: 460,
  marginLeft: 48,
  marginRight: 24,
  marginTop: 26,
  marginBottom: 40,
};
const halfFrame = {
  width: 490,
  height: 340,
  marginLeft: 52,
  marginRight: 112,
  marginTop: 10,
  marginBottom: 40,
};

/** Nothing may be loaded: not even a browser that is told to would ask the network for anything. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function measured<T>(value: Measured<T>, draw: (value: T) => Part): Part {
  return isUnmeasured(value) ? html`<p class="missing">${value.unmeasured}</p>` : draw(value);
}

function section(given: { id: string; title: string; lead: Part }, content: Part): Markup {
  return html`<section id="${given.id}" aria-labelledby="${given.id}-heading">
    <h2 id="${given.id}-heading">${given.title}</h2>
    <p>${given.lead}</p>
    ${content}
  </section>`;
}

function curves(data: ReportData, draughtsman: Draughtsman): Markup {
  const what = data.lossKind === "points" ? "Quality" : "Evaluation loss";
  const lead = `${what} over training cost. Over each curve, where each method stops the run; the best checkpoint so far is what is kept.`;
  return section({ id: "curves", title: "Past runs and where they would stop", lead }, [
    measured(data.curves, (shown) => curvesFigure(shown, data.lossKind, draughtsman)),
    isUnmeasured(data.curves) ? null : html`<p class="note">${data.curvesNote}</p>`,
  ]);
}

function pareto(data: ReportData, draughtsman: Draughtsman): Markup {
  const { lossKind, bound } = data;
  const tradeOff = measuredTradeOff(data.rows, bound);
  const text = { name: "pareto", title: "Mean saving against risk on held-out groups" };
  const right = tradeOff.riskIs === "mean loss" ? "the mean loss" : "the share of runs over the bound";
  const lead = `Right: ${right}, small ones stretched; up: the mean saving. Lines: what each method reaches on the judged runs as its bound is loosened, an upper line that no user gets. Ringed: what was fixed beforehand under ${boundInWords(bound, lossKind)}, with its 95 % interval. Patience and never-stop know no bound.`;
  const content =
    tradeOff.marks.length + tradeOff.lines.length === 0
      ? html`<p class="missing">No rows were judged under ${boundInWords(bound, lossKind)}.</p>`
      : html`<figure class="wide">
          ${paretoFigure(tradeOff, { lossKind, frame: wideFrame, text }, draughtsman)}
        </figure>`;
  return section({ id: "pareto", title: "Saving against risk", lead }, content);
}

function calibration(data: ReportData, draughtsman: Draughtsman): Markup {
  const mean = meanPromises(data.rows);
  const tail = tailPromises(data.rows);
  const points = (level: number): string => lossInWords(level, data.lossKind);
  const meanText = { name: "calibration", title: "Promised against realised mean loss" };
  const tailText = { name: "coverage", title: "Alpha against the share of runs over the bound" };
  const tailBound = data.rows.find(({ bound }) => bound.kind === "tail")?.bound.maxEmLoss ?? Number.NaN;
  const meanAxes = { x: `promised mean ${lossTitle(data.lossKind)}`, format: points };
  const tailAxes = { x: "alpha", format: (share: number) => percent(share) };
  const missing = html`<p class="missing">No such bound was judged.</p>`;
  const lead =
    "On or under the dashed diagonal, in the shaded area, a promise was kept. Filled: held, within the error of the group bootstrap; open: broken. Full lines fix the threshold on training groups, dashed lines by a certificate.";
  return section({ id: "calibration", title: "Calibration and coverage", lead }, [
    html`<div class="grid">
      <figure class="panel">
        <figcaption><b>Mean loss</b>: found (up) against promised</figcaption>
        ${mean.length === 0 ? missing : calibrationFigure(mean, { axes: meanAxes, frame: halfFrame, text: meanText }, draughtsman)}
      </figure>
      <figure class="panel">
        <figcaption>
          <b>Tail</b>: share that lost more than ${points(tailBound)} (up) against alpha
        </figcaption>
        ${tail.length === 0 ? missing : calibrationFigure(tail, { axes: tailAxes, frame: halfFrame, text: tailText }, draughtsman)}
      </figure>
    </div>`,
  ]);
}

function importance(data: ReportData, draughtsman: Draughtsman): Markup {
  const lead = isUnmeasured(data.importance)
    ? "How much worse held-out predictions become when one task feature is shuffled among the runs."
    : "How much worse held-out predictions become when one task feature is shuffled among the runs. Bars near zero: the model does not use the feature, or another tells the same. Bars to the left: it misleads on these runs, or chance does. Whiskers: one standard deviation over shuffles.";
  return section(
    { id: "importance", title: "What the recommendation looks at", lead },
    measured(
      data.importance,
      (it) => html`<figure class="wide">${importanceFigure(it, draughtsman)}</figure>`,
    ),
  );
}

function predictedInWords({ saving, emLoss }: PredictedOutcome, lossKind: ReportData["lossKind"]): string {
  const range = `nine of ten past runs between ${percent(saving.low)} and ${percent(saving.high)}`;
  return `predicted saving ${percent(saving.mean)} (${range}), predicted loss ${lossInWords(emLoss.mean, lossKind)}`;
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function learnedInWords(
  { sentence, predicted, status }: NonNullable<ReportRecommendation["learned"]>,
  lossKind: ReportData["lossKind"],
): string {
  const who = "For a trainer that can ask at every evaluation";
  if (status === "abstained")
    return `${who}, the learned criterion abstains: it would run to the planned end.`;
  return `${who}: ${sentence} ${capitalised(predictedInWords(predicted, lossKind))}. Status: ${status}.`;
}

function recommendation(data: ReportData, draughtsman: Draughtsman): Markup {
  const { lossKind, bound } = data;
  const content = measured(data.recommendation, (it) => {
    const text = { name: "recommendation", title: "Predicted saving against predicted loss for this task" };
    const frame = { ...wideFrame, height: 330 };
    return [
      html`<p>
        <b>${it.sentence}</b><br />For ${it.task}: ${predictedInWords(it.predicted, lossKind)}. Status:
        ${it.status}. ${it.statement}
      </p>`,
      it.learned === null ? null : html`<p>${learnedInWords(it.learned, lossKind)}</p>`,
      it.pareto.length === 0
        ? null
        : html`<figure class="wide">
            ${paretoFigure(predictedTradeOff(it, bound), { lossKind, frame, text }, draughtsman)}
          </figure>`,
      html`<h3>Evidence</h3>`,
      evidenceTable(it.evidence, lossKind),
    ];
  });
  const lead =
    "One recommendation in full: the policies on its predicted Pareto front, the chosen one ringed, and the past runs that speak for it.";
  return section({ id: "evidence", title: "A recommendation and its evidence", lead }, content);
}

function evaluation(data: ReportData): Markup {
  const lead = `Every method under every bound. Promise: threshold fixed on training groups. Certified: by calibration groups. Frontier: chosen on the judged runs. A bound is held where what was found is at most the bound, broken where the one-sided 95 % group-bootstrap bound excludes it, and not excluded between the two. Losses are shown, and promises judged, unclipped; a mean certificate clips them at ${lossInWords(0.2, data.lossKind)}. Over: the share of runs that lose more than the bound names.`;
  return section(
    { id: "evaluation", title: "The evaluation", lead },
    evaluateTables(data.rows, data.bound, data.lossKind),
  );
}

/**
 * The whole report as one HTML document that asks for nothing else: style and pictures inside, no scripts. Same data, same
 * bytes.
 *
 * @param data what was measured
 * @param draughtsman from `loadDraughtsman`
 */
export function reportPage(data: ReportData, draughtsman: Draughtsman): string {
  const judged = `${data.nRuns.toLocaleString("en-US")} complete runs in ${data.nGroups.toLocaleString("en-US")} groups of ${data.data}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>stopwise report: ${data.data}</title>
        <style>
          ${new Markup(pageStyle)}
        </style>
      </head>
      <body>
        <header>
          <h1>When to stop: ${data.data}</h1>
          <p>
            Judged on ${judged}, each group weighing the same. Bound:
            ${boundInWords(data.bound, data.lossKind)}.
          </p>
        </header>
        <main>
          ${tiles(data)} ${curves(data, draughtsman)} ${pareto(data, draughtsman)}
          ${calibration(data, draughtsman)} ${importance(data, draughtsman)}
          ${recommendation(data, draughtsman)} ${evaluation(data)}
        </main>
        <footer>stopwise · model ${data.model}</footer>
      </body>
    </html> `;
  return page.text;
}
