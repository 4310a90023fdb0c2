import type { RunRecord } from "@stopwise/core";
import { randomFrom, seedFor, shuffled } from "@stopwise/core/random";

/** What is left out at once: a group, or all that comes from one repository or author. */
export type FoldUnit = "group" | "source";

/** Rows of one fold: what is learned from, and what is judged. */
export interface Split {
  readonly train: readonly number[];
  readonly judged: readonly number[];
}

/** Runs to split: their records and their group numbers, `[nRuns]` each. */
interface Grouped {
  readonly runs: readonly RunRecord[];
  readonly groups: Int32Array;
}

/** Fold of every group: seeded random order, dealt out in turn. */
function byGroup({ groups }: Grouped, { nFolds, seed }: { nFolds: number; seed: number }): number[] {
  const order = shuffled([...new Set(groups)], randomFrom(seedFor(seed, "folds")));
  const foldOf = new Map(order.map((group, index) => [group, index % nFolds]));
  return Array.from(groups, (group) => foldOf.get(group)!);
}

/** The repository or author of a run; a run that does not tell is one with its group. */
function sourceOf({ runs, groups }: Grouped, row: number): string {
  return runs[row]!.source ?? `group ${groups[row]!}`;
}

/** Fold of every run: the largest source first, each to the fold with the fewest runs so far; ties to the earlier fold. */
function bySource(grouped: Grouped, nFolds: number): number[] {
  const size = new Map<string, number>();
  const sources = grouped.runs.map((_, row) => sourceOf(grouped, row));
  for (const source of sources) size.set(source, (size.get(source) ?? 0) + 1);
  const load = new Array<number>(nFolds).fill(0);
  const foldOf = new Map<string, number>();
  for (const [source, nRuns] of [...size].sort((a, b) => b[1] - a[1])) {
    const fold = load.indexOf(Math.min(...load));
    foldOf.set(source, fold);
    load[fold]! += nRuns;
  }
  return sources.map((source) => foldOf.get(source)!);
}

/**
 * Splits runs into folds. By `group`: groups in seeded random order, dealt out in turn. By `source`: every run of a source
 * is out at once; with more sources than folds, the smaller ones are out together. Either way nothing is learned from a
 * run whose group is judged: a group that spans two sources is judged in parts, and trains in neither fold.
 *
 * @returns at most nFolds splits, in which every run is judged once; a fold that leaves nothing to learn from is left out
 */
export function foldsOf(
  grouped: Grouped,
  { by, nFolds, seed }: { by: FoldUnit; nFolds: number; seed: number },
): Split[] {
  const foldOf = by === "group" ? byGroup(grouped, { nFolds, seed }) : bySource(grouped, nFolds);
  const folds = [...new Set(foldOf)].sort((a, b) => a - b);
  const splits = folds.map((fold) => {
    const judged = [...foldOf.keys()].filter((row) => foldOf[row] === fold);
    const out = new Set(judged.map((row) => grouped.groups[row]!));
    const train = [...foldOf.keys()].filter((row) => foldOf[row] !== fold && !out.has(grouped.groups[row]!));
    return { train, judged };
  });
  return splits.filter(({ train }) => train.length > 0);
}
