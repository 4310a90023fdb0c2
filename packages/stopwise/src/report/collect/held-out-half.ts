import { groupOf, InsufficientDataError, reachedPlan, type RunRecord } from "@stopwise/core";
import { seededOrder } from "./seeded-order.ts";

/** Runs to learn from, and runs of other groups to show what was learned on. */
export interface HeldOutHalf {
  readonly learnedFrom: readonly RunRecord[];
  /** Runs of the other groups that reached their plan. */
  readonly shown: readonly RunRecord[];
}

/**
 * Splits runs by group in a seeded order: one half of the groups to learn from, the other to be shown.
 *
 * @throws {InsufficientDataError} with fewer than two groups.
 */
export function heldOutHalf(runs: readonly RunRecord[], seed: number): HeldOutHalf {
  const groups = [...new Set(runs.map(groupOf))].sort();
  if (groups.length < 2) {
    throw new InsufficientDataError(
      { has: groups.length, needs: 2, what: "groups of runs" },
      "Ingest runs of more tasks.",
    );
  }
  const order = seededOrder(groups.length, seed).map((index) => groups[index]!);
  const fitted = new Set(order.slice(0, Math.ceil(order.length / 2)));
  return {
    learnedFrom: runs.filter((run) => fitted.has(groupOf(run))),
    shown: runs.filter((run) => !fitted.has(groupOf(run)) && reachedPlan(run)),
  };
}

/** Weight of each run so that every group weighs the same, `[nRuns]`, summing to 1. */
export function groupWeights(groups: readonly string[]): Float64Array {
  const size = new Map<string, number>();
  for (const group of groups) size.set(group, (size.get(group) ?? 0) + 1);
  return Float64Array.from(groups, (group) => 1 / (size.size * size.get(group)!));
}
