import { configurationOf } from "@stopwise/meta-model";
import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";
import type { Fold, Study } from "../study.ts";

/** A task that is new to a fold, split into runs that may become the user's own and runs that are judged. */
export interface NewTask {
  readonly group: number;
  /** Rows in the order in which they become the user's own. */
  readonly pool: readonly number[];
  /** A third of the task's runs, the same whatever the number of own runs. */
  readonly judged: readonly number[];
}

/**
 * The groups that a fold judges, each split at random into a pool of own runs and judged runs; repetitions of a judged
 * configuration are in neither. Groups whose pool is smaller
 * than `fewest` are left out, and pools hold at most `most` runs.
 */
export function newTasks(
  { experience }: Study,
  fold: Fold,
  { seed, fewest, most }: { seed: number; fewest: number; most: number },
): NewTask[] {
  const byGroup = new Map<number, number[]>();
  for (const row of fold.judged) {
    const group = experience.groups[row]!;
    byGroup.set(group, [...(byGroup.get(group) ?? []), row]);
  }
  return [...byGroup].flatMap(([group, rows]) => {
    const order = shuffled(rows, randomFrom(seedFor(seed, `own-${group}`)));
    const nJudged = Math.ceil(order.length / 3);
    const judged = order.slice(0, nJudged);
    const asked = new Set(judged.map((row) => configurationOf(experience.runs[row]!)));
    const others = order.slice(nJudged).filter((row) => !asked.has(configurationOf(experience.runs[row]!)));
    return others.length < Math.max(fewest, 1) ? [] : [{ group, judged, pool: others.slice(0, most) }];
  });
}
