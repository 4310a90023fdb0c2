import type { CostUnit, Evidence } from "@stopwise/core";

/** What stands in the place of a picture that could not be made: the reason, as one sentence. */
export interface Unmeasured {
  readonly unmeasured: string;
}

/** A measurement, or why there is none. */
export type Measured<T> = T | Unmeasured;

/** Whether a measurement is missing. */
export function isUnmeasured(measured: unknown): measured is Unmeasured {
  return typeof measured === "object" && measured !== null && "unmeasured" in measured;
}

/** The bound of a row; losses are fractions (0.01 is one point). */
export interface ReportBound {
  readonly kind: "mean" | "tail";
  readonly maxEmLoss: number;
  readonly alpha?: number;
}

/** One row of `evaluate --json`: what one method gave under one bound. */
export interface ReportRow {
  readonly method: string;
  readonly metricClass: string;
  readonly bound: ReportBound;
  readonly selection: "promise" | "certified" | "frontier";
  readonly weighting: "group" | "run";
  readonly meanSaving: number;
  readonly meanEmLoss: number;
  /** Mean of min(EM loss, 0.2), which a mean bound is about; absent where it was not reported. */
  readonly meanClippedLoss?: number;
  readonly p95EmLoss: number;
  readonly shareOverBound: number;
  readonly shareOfHindsight: number | null;
  readonly noiseFloor: number;
  /** 95 % group-bootstrap interval of the mean saving. */
  readonly low: number;
  readonly high: number;
  readonly nRuns: number;
  readonly nGroups: number;
  readonly held: boolean;
}

/** Where one method stops a run. */
export interface StopMark {
  readonly method: string;
  /** 0-based checkpoint; the last one where the run goes to its end. */
  readonly stopIndex: number;
  readonly saving: number;
  readonly emLoss: number;
}

/** A recorded run with the stops of several methods. */
export interface ReportCurve {
  readonly id: string;
  readonly group: string;
  readonly metric: string;
  /** Why this run is shown, as a phrase. */
  readonly why: string;
  readonly costUnit: CostUnit;
  /** Cumulative cost, `[nCheckpoints]`. */
  readonly cost: readonly number[];
  /** Quality in [0, 1], or the loss of a loss-only run; null where missing, `[nCheckpoints]`. */
  readonly quality: readonly (number | null)[];
  readonly stops: readonly StopMark[];
}

/** How much worse held-out predictions become when one task feature is shuffled. */
export interface FeatureImportance {
  readonly feature: string;
  /** Rise of the error, in the unit that `Importances.measure` names; may be negative. */
  readonly importance: number;
  /** Standard deviation over the shuffles. */
  readonly spread: number;
}

/** Permutation importance of every task feature. */
export interface Importances {
  /** What rises, e.g. `held-out squared error of the predicted saving, relative`. */
  readonly measure: string;
  readonly features: readonly FeatureImportance[];
}

/** One predicted point of the Pareto front of a recommendation. */
export interface ParetoPoint {
  readonly sentence: string;
  readonly saving: number;
  readonly emLoss: number;
}

/** A 90 % range over past runs, and their mean. */
export interface PredictedRange {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Saving and loss that are predicted of a policy. */
export interface PredictedOutcome {
  readonly saving: PredictedRange;
  readonly emLoss: PredictedRange;
}

/** A recommendation for one task, with the runs that speak for it. */
export interface ReportRecommendation {
  /** The task it is for, in words. */
  readonly task: string;
  readonly status: "certified" | "uncertified" | "abstained";
  readonly sentence: string;
  readonly statement: string;
  readonly predicted: PredictedOutcome;
  /** What watching the run would add, for a trainer that can ask at every evaluation; null where nothing was learned. */
  readonly learned: {
    readonly status: "certified" | "uncertified" | "abstained";
    readonly sentence: string;
    readonly predicted: PredictedOutcome;
  } | null;
  readonly pareto: readonly ParetoPoint[];
  readonly evidence: readonly (Evidence & { readonly group?: string })[];
}

/** Everything that the page shows; plain data, no clock and no machine in it. */
export interface ReportData {
  /** What was judged, e.g. the name of a file. */
  readonly data: string;
  readonly nRuns: number;
  readonly nGroups: number;
  /** Whether losses are EM loss in points or a relative increase of the loss. */
  readonly lossKind: "points" | "relative";
  /** The bound that the pictures are about: one of those of the rows. */
  readonly bound: ReportBound;
  readonly rows: readonly ReportRow[];
  /** How the stops of the learned criterion in the curves came about, as one sentence. */
  readonly curvesNote: string;
  readonly curves: Measured<readonly ReportCurve[]>;
  readonly importance: Measured<Importances>;
  readonly recommendation: Measured<ReportRecommendation>;
  /** Name of the model, e.g. the hash of its file. */
  readonly model: string;
}
