import { EndedRuns } from "./ended-runs.ts";
import { FeedbackBook } from "./feedback.ts";
import { Journals } from "./journal.ts";
import type { LiveSurroundings } from "./surroundings.ts";

/** What live runs of one store share: its surroundings, and the files beside it. */
export interface Rooms {
  readonly around: LiveSurroundings;
  readonly journals: Journals;
  readonly ended: EndedRuns;
  readonly book: FeedbackBook;
}

const made = new WeakMap<LiveSurroundings, Rooms>();

/** The rooms of surroundings, the same ones each time. */
export function roomsOf(around: LiveSurroundings): Rooms {
  const known = made.get(around);
  if (known !== undefined) return known;
  const { folder } = around;
  const journals = new Journals(folder);
  const rooms = { around, journals, ended: new EndedRuns(folder), book: new FeedbackBook(folder) };
  made.set(around, rooms);
  return rooms;
}
