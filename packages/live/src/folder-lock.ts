import { mkdirSync, rmSync, statSync } from "node:fs";

/** A lock that is older than this was left by a process that was killed. */
const staleMilliseconds = 10_000;

const pause = new Int32Array(new SharedArrayBuffer(4));

function isStale(lock: string): boolean {
  const made = statSync(lock, { throwIfNoEntry: false });
  return made !== undefined && Date.now() - made.mtimeMs > staleMilliseconds;
}

function take(lock: string): void {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (isStale(lock)) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(pause, 0, 0, 5);
    }
  }
}

/**
 * Does something that only one process may do at a time; takes milliseconds, so that the others may wait for it.
 *
 * @param lock path of a folder that stands for the lock
 * @param work what is done meanwhile
 */
export function withLock<T>(lock: string, work: () => T): T {
  take(lock);
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
