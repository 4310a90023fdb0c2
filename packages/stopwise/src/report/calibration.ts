import { headlineRows } from "./trade-off.ts";
import type { ReportRow } from "./report-data.ts";

/** What was promised and what was found: one bound of one method. */
export interface KeptPromise {
  readonly promised: number;
  readonly realised: number;
  readonly held: boolean;
}

/** The promises of a method under one way of choosing thresholds, by rising promise. */
export interface PromiseLine {
  readonly method: string;
  readonly selection: "promise" | "certified";
  readonly points: readonly KeptPromise[];
}

const methods = ["best-fixed", "recommend", "learned"];
const selections = ["promise", "certified"] as const;

function linesOf(
  rows: readonly ReportRow[],
  kind: "mean" | "tail",
  point: (row: ReportRow) => { promised: number; realised: number },
): PromiseLine[] {
  const own = headlineRows(rows).filter((row) => row.bound.kind === kind);
  return methods.flatMap((method) =>
    selections.flatMap((selection) => {
      const points = own
        .filter((row) => row.method === method && row.selection === selection)
        .map((row) => ({ ...point(row), held: row.held }))
        .filter(({ promised, realised }) => Number.isFinite(promised) && Number.isFinite(realised))
        .sort((a, b) => a.promised - b.promised);
      return points.length === 0 ? [] : [{ method, selection, points }];
    }),
  );
}

/** Calibration: the mean loss that was promised against the one that was found (clipped, where it was reported so). */
export function meanPromises(rows: readonly ReportRow[]): PromiseLine[] {
  return linesOf(rows, "mean", (row) => ({
    promised: row.bound.maxEmLoss,
    realised: row.meanClippedLoss ?? row.meanEmLoss,
  }));
}

/** Coverage: alpha against the share of weight whose loss was over the bound. */
export function tailPromises(rows: readonly ReportRow[]): PromiseLine[] {
  return linesOf(rows, "tail", (row) => ({
    promised: row.bound.alpha ?? Number.NaN,
    realised: row.shareOverBound,
  }));
}
