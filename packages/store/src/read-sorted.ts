import type { RunRecord } from "@stopwise/core";
import { thinned, unpackRun, type StoredRun } from "./pack.ts";

/**
 * Runs as records by rising id.
 *
 * @param runs - in any order
 * @param maxCheckpoints - runs with more are thinned to so many
 */
export async function readSorted(
  runs: AsyncIterable<StoredRun>,
  maxCheckpoints: number,
): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for await (const run of runs) records.push(unpackRun(thinned(run, maxCheckpoints)));
  return records.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
