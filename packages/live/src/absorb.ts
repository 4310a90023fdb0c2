import type { RunRecord } from "@stopwise/core";
import { EndedRuns } from "./ended-runs.ts";
import { isGone, Journals, type JournalContent } from "./journal.ts";
import { recordOf } from "./live-record.ts";

/** The record of a run that has not ended: `crashed` where its process is known to be gone. */
function unfinished({ head, checkpoints, owner, crashed }: JournalContent): RunRecord {
  return recordOf(head, {
    points: checkpoints.map(({ point }) => point),
    end: crashed || isGone(owner) ? "crashed" : "running",
    wouldStopAt: checkpoints.at(-1)?.wouldStopAt ?? null,
  });
}

/**
 * Brings the live runs of a store folder into its store: those that ended, and those that go on or were killed as far as
 * they came. Several processes may do this at once: a record that is stored twice is stored once. What was stored and
 * has ended is removed here only after the store has it.
 *
 * @param folder of the journals; where there is none nothing is done
 * @param upsert writes records to the store, all or nothing
 * @returns how many records were given to the store
 */
export async function absorbLiveRuns(
  folder: string,
  upsert: (records: readonly RunRecord[]) => Promise<unknown>,
): Promise<number> {
  const ended = new EndedRuns(folder);
  const journals = new Journals(folder);
  const waiting = ended.waiting();
  const finished = new Set(waiting.map(({ past }) => past.id));
  const open = journals.all().filter(({ head }) => !finished.has(head.id) && !ended.has(head.id));
  const told = open.filter(({ checkpoints }) => checkpoints.length > 0);
  const records = [...waiting.map(({ record }) => record), ...told.map(unfinished)];
  if (records.length === 0) return 0;
  await upsert(records);
  for (const run of waiting) {
    ended.forget(run);
    journals.remove(run.past.id);
  }
  return records.length;
}
