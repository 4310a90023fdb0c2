import type { RowBound } from "../report.ts";

/**
 * What own runs are put to.
 *
 * - `recommend`: they join the past runs of a recommendation.
 * - `recommend-frontier`: the same, its level chosen on the judged runs: what own runs tell, at one loss; nobody gets it.
 * - `best-on-own`: one policy for each task, the best on the own runs alone at a price of loss chosen on the judged runs.
 * - `best-policies`: the same, the best on the judged runs: the head-room, whatever own runs could tell.
 * - `same-task-certificate`: they calibrate a recommendation, each configuration once, and train nothing.
 * - `median-rule`: they are the past runs of the rule.
 */
export type FewShotMethod =
  | "recommend"
  | "recommend-frontier"
  | "best-on-own"
  | "best-policies"
  | "same-task-certificate"
  | "median-rule";

/** What a number of the user's own runs of a task brings. */
export interface FewShotPoint {
  readonly method: FewShotMethod;
  readonly kind: "quality" | "loss";
  readonly bound: RowBound;
  /** The tasks that are averaged have at least so many own runs: points of one cohort are about the same tasks. */
  readonly cohort: number;
  readonly ownRuns: number;
  /** Means over tasks, each weighing 1, of runs that were not among the own ones. */
  readonly meanSaving: number;
  /** 95 % group-bootstrap interval of the mean saving. */
  readonly low: number;
  readonly high: number;
  /**
   * Saving over that without own runs, with its 95 % interval: tasks are paired, and drawn together. That of
   * `recommend-frontier` for policies that are best on some runs: both are at the loss of the bound.
   */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number };
  /** Share of the predictions that is the own runs', a mean over tasks; 0 where they predict nothing. */
  readonly ownShare: number;
  readonly meanEmLoss: number;
  readonly shareOverBound: number;
  readonly nGroups: number;
  /** Judged runs; those of each draw count. */
  readonly nRuns: number;
}
