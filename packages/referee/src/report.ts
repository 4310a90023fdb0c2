import type { CostUnit, MetricClass } from "@stopwise/core";
import type { TradeOff } from "@stopwise/meta-model";
import type { FoldUnit } from "./folds.ts";

/** The bound of a row, as in the report. */
export interface RowBound {
  readonly kind: "mean" | "tail";
  readonly maxEmLoss: number;
  readonly alpha?: number;
}

/**
 * How a threshold came about: `promise` on training groups, `certified` by a certificate on calibration groups, or
 * `frontier` on the judged data themselves, an upper line that no user gets.
 */
export type Selection = "promise" | "certified" | "frontier";

/** Whether a bound was kept, as far as the judged groups can tell. */
export type Verdict = "held" | "open" | "broken";

/** What one method gave under one bound. */
export interface EvaluateRow {
  readonly method: string;
  readonly metricClass: MetricClass | "all";
  readonly bound: RowBound;
  readonly selection: Selection;
  readonly weighting: "group" | "run";
  readonly costUnit: CostUnit;
  readonly meanSaving: number;
  /** Unclipped mean EM loss; for loss-only runs the relative loss increase. */
  readonly meanEmLoss: number;
  /** Mean of min(EM loss, 0.2). */
  readonly meanClippedLoss: number;
  readonly p95EmLoss: number;
  /** Share of weight with EM loss over the bound's `maxEmLoss`. */
  readonly shareOverBound: number;
  /** Mean saving over that of the hindsight optimum under the same bound; null where that is 0. */
  readonly shareOfHindsight: number | null;
  readonly noiseFloor: number;
  /** 95 % group-bootstrap interval of the mean saving. */
  readonly low: number;
  readonly high: number;
  readonly nRuns: number;
  readonly nGroups: number;
  /**
   * `held`: the upper one-sided 95 % group-bootstrap bound of the risk that the bound speaks of, clipped, keeps it;
   * `broken`: the lower one excludes it; `open`: the groups cannot tell.
   */
  readonly verdict: Verdict;
  /** Whether the one-sided 95 % group-bootstrap bound of the risk does not exclude the bound. */
  readonly held: boolean;
}

/** The area of saving against loss that a method's points under all mean bounds dominate. */
export interface MethodHypervolume extends Pick<
  EvaluateRow,
  "method" | "metricClass" | "weighting" | "selection"
> {
  /** Share of the box from the reference to saving 1 and loss 0, in [0, 1]. */
  readonly value: number;
  readonly reference: TradeOff;
}

/** How often a model that is judged as it is gave which kind of answer, as shares of the judged runs. */
export interface AnswerShares {
  readonly method: string;
  readonly kind: "quality" | "loss";
  readonly bound: RowBound;
  readonly nRuns: number;
  readonly certified: number;
  readonly uncertified: number;
  readonly abstained: number;
}

/** What `evaluate` reports. */
export interface EvaluateReport {
  readonly data: string;
  /** The model that was judged as it is; absent where models were fitted. */
  readonly model?: { readonly version: string; readonly hash: string };
  /** With a model that is judged as it is. */
  readonly answers?: readonly AnswerShares[];
  /** What was left out at once; absent where test runs were judged. */
  readonly folds?: FoldUnit;
  /** Judged runs and groups; runs that did not reach their plan train only. */
  readonly nRuns: number;
  readonly nGroups: number;
  readonly rows: readonly EvaluateRow[];
  /** One for each method, block and weighting; absent where nothing was judged under a mean bound. */
  readonly hypervolume?: readonly MethodHypervolume[];
}
