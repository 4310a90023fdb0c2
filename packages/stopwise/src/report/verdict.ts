import type { ReportRow } from "./report-data.ts";

/** What a row's bound is about: its mean loss, or the share over the bound's loss. */
export function riskOf(row: ReportRow): number {
  return row.bound.kind === "mean" ? row.meanEmLoss : row.shareOverBound;
}

/** The largest risk that a row's bound allows. */
function levelOf({ bound }: ReportRow): number {
  return bound.kind === "mean" ? bound.maxEmLoss : (bound.alpha ?? 0.1);
}

/**
 * Whether a row kept its bound: `held`, the risk found is at most the bound; `not excluded`, it is more, but so few groups
 * do not tell; `broken`, the group bootstrap excludes the bound.
 */
export function verdictOf(row: ReportRow): "held" | "not excluded" | "broken" {
  if (!row.held) return "broken";
  return riskOf(row) <= levelOf(row) + 1e-9 ? "held" : "not excluded";
}
