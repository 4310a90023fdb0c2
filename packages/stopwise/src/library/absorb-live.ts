import { absorbLiveRuns } from "@stopwise/live";
import { withStore } from "@stopwise/store";
import { liveFolder } from "./live-surroundings.ts";

/**
 * Brings live runs, those that ended and those that go on, into the store; opens it only where there are any.
 *
 * @param store folder or address of the store
 * @returns how many records were given to the store
 */
export function absorbLive(store: string): Promise<number> {
  return absorbLiveRuns(liveFolder(store), (records) =>
    withStore(store, {}, (opened) => opened.upsertRuns(records)),
  );
}
