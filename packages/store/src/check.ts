import { InvalidInputError } from "@stopwise/core";
import type { ExperimentStore, StoreCheck } from "./contract.ts";
import { isSound } from "./pack.ts";

/**
 * Reads every run and compares it with the hash that was stored with it.
 *
 * @returns the problems, one line each; a store that cannot be read at all gives one
 */
export async function checkStore(store: ExperimentStore): Promise<StoreCheck> {
  let [nRuns, nCheckpoints] = [0, 0];
  const problems: string[] = [];
  const ids = new Set<string>();
  try {
    for await (const stored of store.streamPacked()) {
      nRuns += 1;
      nCheckpoints += stored.nCheckpoints;
      const id = String(stored.cells[0]);
      if (ids.has(id)) problems.push(`run ${id} is stored twice.`);
      ids.add(id);
      if (!isSound(stored)) problems.push(`run ${id} is not what was written: its content has another hash.`);
    }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    problems.push(error.message);
  }
  return { nRuns, nCheckpoints, problems };
}
