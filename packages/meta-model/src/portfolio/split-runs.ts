import { groupOf, reachedPlan, type RunRecord } from "@stopwise/core";
import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";
import { usableRuns, type UsableRun } from "./experience.ts";
import { calibrationGroups, representatives } from "./representatives.ts";

/** The runs of one kind that a model is learned from, split by group. */
export interface SplitRuns {
  readonly usable: readonly UsableRun[];
  /** Positions among the usable runs. */
  readonly fit: readonly number[];
  /** Of other groups than `fit`; runs that reached their plan. */
  readonly calibration: readonly number[];
}

/**
 * Takes runs that stand for all and can be replayed, and splits their groups.
 *
 * @param runs of one kind
 * @param options how they are taken
 * @param options.limit most runs that are taken
 * @param options.seed of the choice and of the split
 * @returns undefined where no run can be used
 */
export function splitRuns(
  runs: readonly RunRecord[],
  { limit, seed }: { limit: number; seed: number },
): SplitRuns | undefined {
  const usable = usableRuns(representatives(runs, { limit, seed: seedFor(seed, "representatives") }));
  if (usable.length === 0) return undefined;
  const groups = usable.map(({ run }) => groupOf(run));
  const names = shuffled([...new Set(groups)], randomFrom(seedFor(seed, "calibration")));
  const held = new Set(names.slice(0, calibrationGroups(names.length)));
  const rows = usable.map((_, row) => row);
  return {
    usable,
    fit: rows.filter((row) => !held.has(groups[row]!)),
    calibration: rows.filter((row) => held.has(groups[row]!) && reachedPlan(usable[row]!.run)),
  };
}
