import { readdirSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // It went between listing and looking, or may not be read: the reader says so.
    return undefined;
  }
}

/** Files under a path with their sizes and times, as one text; empty where there is nothing yet. */
function signatureOf(path: string): string {
  const stat = statOf(path);
  if (stat === undefined) return "";
  if (!stat.isDirectory()) return `${path} ${stat.ino} ${stat.size} ${stat.mtimeMs}`;
  let names: string[];
  try {
    names = readdirSync(path).sort();
  } catch {
    return "";
  }
  return names.map((name) => signatureOf(join(path, name))).join("\n");
}

/** How a log is looked at. */
export interface LookSettings {
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Milliseconds without a change after which the log counts as left; Infinity: never. */
  readonly idle: number;
  /** Tells that nothing more will come, such as a closed input. */
  readonly isClosed?: () => boolean;
}

/**
 * Waits for changes of a file or folder, and gives one when what is there has been the same for two looks, so that a line
 * that is being written is not read by halves. Rotation and truncation are changes like any other. Ends when the log
 * counts as left.
 */
export async function* logChanges(path: string, settings: LookSettings): AsyncGenerator<void> {
  const { interval, idle, isClosed } = settings;
  let [read, seen] = ["", ""];
  let changedAt = Date.now();
  for (;;) {
    const closed = isClosed?.() === true;
    const now = signatureOf(path);
    if (now !== seen) changedAt = Date.now();
    if (now !== "" && now === seen && now !== read) {
      read = now;
      yield;
    }
    seen = now;
    if (read === now && (closed || Date.now() - changedAt > idle)) return;
    await sleep(closed ? 1 : interval);
  }
}
