import { paretoFront } from "@stopwise/meta-model";
import { lookOf } from "./method-look.ts";
import { sameBound } from "./quantities.ts";
import type { ReportBound, ReportRecommendation, ReportRow } from "./report-data.ts";
import { riskOf } from "./verdict.ts";

/** A point of saving against risk, both fractions. */
export interface TradeOffPoint {
  /** Mean loss, or the share over the bound's loss; whichever the trade-off is about. */
  readonly risk: number;
  readonly saving: number;
  /** What it stands for, where that is not its line. */
  readonly note?: string;
}

/** What a method reaches as its bound is loosened, by rising risk. */
export interface TradeOffLine {
  readonly method: string;
  /** What stands at its end. */
  readonly label: string;
  readonly points: readonly TradeOffPoint[];
}

/** A point of its own, with a 95 % interval of its saving where there is one. */
export interface TradeOffMark extends TradeOffPoint {
  readonly method: string;
  readonly label: string;
  readonly interval: readonly [low: number, high: number] | null;
  /** Whether this is what was chosen beforehand. */
  readonly chosen: boolean;
}

/** Saving against risk: lines, single points, and the level that the risk was to be held under. */
export interface TradeOff {
  readonly lines: readonly TradeOffLine[];
  readonly marks: readonly TradeOffMark[];
  readonly riskIs: "mean loss" | "share over";
  /** Null where the bound is about another risk. */
  readonly level: number | null;
}

const drawnLines = ["best-fixed", "recommend", "learned", "hindsight"];
const promised = ["best-fixed", "recommend", "learned"];

/**
 * The rows that headline pictures are about: every metric class of runs with a quality, else the runs with a loss only;
 * each group weighs 1.
 */
export function headlineRows(rows: readonly ReportRow[]): ReportRow[] {
  const wanted = rows.some(({ metricClass }) => metricClass === "all") ? "all" : "loss";
  return rows.filter(({ metricClass, weighting }) => metricClass === wanted && weighting === "group");
}

function markOf(row: ReportRow, label: string, chosen: boolean): TradeOffMark {
  const interval = row.high > row.low ? ([row.low, row.high] as const) : null;
  return { method: row.method, label, risk: riskOf(row), saving: row.meanSaving, interval, chosen };
}

/**
 * The measured trade-off of an evaluation: the frontier of each learning method and of hindsight over the
 * bounds of the chosen kind,
 * the baselines that know no bound, and what the methods promised under the chosen bound.
 *
 * @param rows those of `evaluate`; only headline rows count
 * @param bound the promise that is marked as chosen
 */
export function measuredTradeOff(rows: readonly ReportRow[], bound: ReportBound): TradeOff {
  const headline = headlineRows(rows);
  const lines = drawnLines.flatMap((method) => {
    const own = headline.filter(
      (row) => row.method === method && row.bound.kind === bound.kind && row.selection === "frontier",
    );
    const points = own
      .map((row) => ({ risk: riskOf(row), saving: row.meanSaving }))
      .sort((a, b) => a.risk - b.risk);
    return points.length === 0 ? [] : [{ method, label: lookOf(method).label, points }];
  });
  const here = headline.filter((row) => sameBound(row.bound, bound));
  const first = (method: string): ReportRow | undefined =>
    here.find((row) => row.method === method && row.selection === "promise") ??
    here.find((row) => row.method === method);
  const baselines = [...new Set(here.map(({ method }) => method))].filter(
    (method) => /^patience-/.test(method) || method === "never-stop",
  );
  const marks = [
    ...promised.flatMap((method) => {
      const row = here.find((it) => it.method === method && it.selection === "promise");
      return row === undefined ? [] : [markOf(row, "", method !== "best-fixed")];
    }),
    ...baselines.map((method) => markOf(first(method)!, method.replaceAll("-", " "), false)),
  ];
  return bound.kind === "mean"
    ? { lines, marks, riskIs: "mean loss", level: bound.maxEmLoss }
    : { lines, marks, riskIs: "share over", level: bound.alpha ?? 0.1 };
}

/** The predicted trade-off of a recommendation: its Pareto front and the policy that was chosen. */
export function predictedTradeOff(recommendation: ReportRecommendation, bound: ReportBound): TradeOff {
  const { saving, emLoss } = recommendation.predicted;
  const { pareto } = recommendation;
  const front = paretoFront(
    pareto.map((point) => point.saving),
    pareto.map((point) => point.emLoss),
  );
  const points = front.map((index): TradeOffPoint => {
    const point = pareto[index]!;
    return { risk: point.emLoss, saving: point.saving, note: point.sentence };
  });
  const chosen: TradeOffMark = {
    method: "recommend",
    label: "chosen policy",
    risk: emLoss.mean,
    saving: saving.mean,
    interval: saving.high > saving.low ? [saving.low, saving.high] : null,
    chosen: true,
  };
  return {
    lines: [{ method: "recommend", label: "other policies", points }],
    marks: [chosen],
    riskIs: "mean loss",
    level: bound.kind === "mean" ? bound.maxEmLoss : null,
  };
}
