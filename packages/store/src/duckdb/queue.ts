import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "../files/draft.ts";

/**
 * Who waits touches its ticket every few seconds; one that has not moved for this long is of a process that is gone, on
 * another machine, or on this one with its number given to another process since.
 */
const silentSeconds = 20;

interface Seen {
  readonly modified: number;
  readonly since: number;
}

const seconds = (): number => performance.now() / 1000;

/**
 * The line of processes that wait for a store's file. DuckDB's lock knows no order: whoever asks at the right moment
 * gets it, and one that waits long is not asked earlier. Here each takes a number, and only the lowest one that is
 * alive asks for the lock. Only the monotonic clock counts time, so that a clock that is set back changes nothing. Where the folder cannot be
 * written there is no line, and everybody asks.
 */
export class WaitingLine {
  private readonly folder: string;
  private readonly seen = new Map<string, Seen>();
  private ticket: string | undefined;
  private refreshed = seconds();

  /**
   * The line before a file; nothing is read or written yet.
   *
   * @param file - the database file
   */
  constructor(file: string) {
    this.folder = `${file}.waiting`;
  }

  private tickets(): string[] {
    try {
      return readdirSync(this.folder)
        .filter((name) => /^\d+$/.test(name))
        .sort();
    } catch {
      return [];
    }
  }

  private isGone(name: string): boolean {
    try {
      const file = join(this.folder, name);
      const [host, pid] = readFileSync(file, "utf8").split(" ");
      if (pid === undefined || (host === hostname() && !isAlive(Number(pid)))) return true;
      const modified = statSync(file).mtimeMs;
      const before = this.seen.get(name);
      if (before?.modified === modified) return seconds() - before.since > silentSeconds;
      this.seen.set(name, { modified, since: seconds() });
      return false;
    } catch {
      return true;
    }
  }

  /** Whether somebody waits already, so that a newcomer does not go before. */
  isEmpty(): boolean {
    return this.ahead().length === 0;
  }

  /** The tickets of processes that are alive and before this one. */
  private ahead(): string[] {
    return this.tickets().filter((name) => {
      if (this.ticket !== undefined && name >= this.ticket) return false;
      if (!this.isGone(name)) return true;
      this.remove(name);
      return false;
    });
  }

  /** Takes a number, unless this process has one or the folder cannot be written. */
  join(): void {
    if (this.ticket !== undefined) return;
    try {
      mkdirSync(this.folder, { recursive: true });
      const draft = join(
        this.folder,
        `${hostname()}.${process.pid}.${Math.trunc(performance.now() * 1000)}.tmp`,
      );
      writeFileSync(draft, `${hostname()} ${process.pid}`);
      try {
        this.ticket = this.takeNumber(draft);
      } finally {
        rmSync(draft, { force: true });
      }
    } catch {
      // A folder that cannot be written has no line; the lock itself is still asked for.
    }
  }

  /** A ticket appears under its number whole or not at all: a link to a file that is written. */
  private takeNumber(draft: string): string {
    for (let number = 1 + Number(this.tickets().at(-1) ?? 0); ; number++) {
      const name = String(number).padStart(12, "0");
      try {
        linkSync(draft, join(this.folder, name));
        return name;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  }

  /** Whether it is this process's turn to ask for the lock; shows the others that it is alive. */
  isTurn(): boolean {
    if (this.ticket === undefined) return true;
    if (seconds() - this.refreshed > silentSeconds / 4) {
      this.refreshed = seconds();
      try {
        utimesSync(join(this.folder, this.ticket), new Date(), new Date());
      } catch {
        // Taken for gone by another machine and removed: a new number.
        this.ticket = undefined;
        this.join();
      }
    }
    return this.ahead().length === 0;
  }

  private remove(name: string): void {
    try {
      rmSync(join(this.folder, name), { force: true });
    } catch {
      // Left to the next one that looks.
    }
  }

  /** Leaves the line. */
  leave(): void {
    if (this.ticket !== undefined) this.remove(this.ticket);
    this.ticket = undefined;
  }
}
