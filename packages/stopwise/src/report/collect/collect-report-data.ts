import { groupOf, InsufficientDataError, type RunRecord } from "@stopwise/core";
import { evaluate, type EvaluateReport } from "@stopwise/referee";
import { trainModel } from "@stopwise/meta-model";
import type { ReportBound, ReportData } from "../report-data.ts";
import { featureImportances } from "./feature-importances.ts";
import { heldOutHalf, type HeldOutHalf } from "./held-out-half.ts";
import { heldOutStops } from "./held-out-stops.ts";
import { sampleRecommendation } from "./sample-recommendation.ts";
import { tellingRuns } from "./telling-runs.ts";

/** How a report is collected. */
export interface CollectOptions {
  /** What the report calls the runs. */
  readonly data: string;
  readonly seed: number;
  /** The bound that the pictures are about: one of those that `evaluate` reports. */
  readonly bound: ReportBound;
  /** What `evaluate` gave on these runs, where it is there already. */
  readonly evaluation?: EvaluateReport;
  readonly onProgress?: (message: string) => void;
}

type Collected = Pick<ReportData, "curves" | "curvesNote" | "importance" | "recommendation">;

function withoutModel(reason: string): Collected {
  const missing = { unmeasured: reason };
  return { curves: missing, curvesNote: "", importance: missing, recommendation: missing };
}

function collectFrom(
  { learnedFrom, shown }: HeldOutHalf,
  options: CollectOptions,
  kind: RunRecord["kind"],
): Collected {
  const { bound, seed } = options;
  const lossKind = kind === "loss" ? "relative" : "points";
  options.onProgress?.("learning from half of the groups");
  const model = trainModel(learnedFrom, { seed });
  options.onProgress?.("stopping the runs of the other half");
  const curves = tellingRuns(heldOutStops(shown, { model, bound }), bound, lossKind);
  options.onProgress?.("shuffling task features");
  const start = [...model.populations.values()]
    .filter(({ header }) => header.kind === kind)
    .sort((a, b) => b.header.nRuns - a.header.nRuns)[0]?.start;
  const nGroups = new Set(shown.map(groupOf)).size;
  return {
    curves:
      curves.length > 0 ? curves : { unmeasured: "No method stops any of the held-out runs before its end." },
    curvesNote: `Model and thresholds were learned from ${learnedFrom.length} runs of one half of the groups, and these runs chosen by what they show among the ${shown.length} of the other half (${nGroups} groups).`,
    importance:
      start === undefined
        ? { unmeasured: "There is no run to learn from." }
        : featureImportances(shown, start, seed),
    recommendation: sampleRecommendation(shown, { model, learnedFrom, bound }),
  };
}

/**
 * Measures everything that the report shows. The rows come from the referee; curves, importance and evidence from a model
 * that learned from one half of the groups and is shown on the other. Where runs with a quality and runs with a loss only
 * are mixed, the pictures are about the former. What cannot be measured says why.
 *
 * @param runs run records
 * @throws {InsufficientDataError} with fewer than two groups that reached their plan.
 */
export function collectReportData(runs: readonly RunRecord[], options: CollectOptions): ReportData {
  const { bound, seed, data } = options;
  const kind = runs.some((run) => run.kind === "quality") ? "quality" : "loss";
  const own = runs.filter((run) => run.kind === kind && run.points.length > 0);
  const onProgress = options.onProgress ?? (() => undefined);
  const evaluation = options.evaluation ?? evaluate(runs, { data, seed, onProgress });
  return {
    data,
    nRuns: evaluation.nRuns,
    nGroups: evaluation.nGroups,
    lossKind: kind === "loss" ? "relative" : "points",
    bound,
    rows: evaluation.rows,
    ...collectedOrWhyNot(own, options, kind),
    model: `learned from ${data}, seed ${seed}`,
  };
}

function collectedOrWhyNot(
  runs: readonly RunRecord[],
  options: CollectOptions,
  kind: RunRecord["kind"],
): Collected {
  try {
    return collectFrom(heldOutHalf(runs, options.seed), options, kind);
  } catch (error) {
    if (!(error instanceof InsufficientDataError)) throw error;
    return withoutModel(`Too few runs to learn from one half and show the other: ${error.message}`);
  }
}
