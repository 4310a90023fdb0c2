import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { InvalidInputError, StopwiseError } from "@stopwise/core";

/** The text of an error. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether DuckDB says that another process holds the file. */
export function isLocked(error: unknown): boolean {
  return /could not set lock|conflicting lock|being used by another process/i.test(messageOf(error));
}

/** Who holds the file, as far as DuckDB's message tells. */
export function holderOf(error: unknown): string {
  const message = messageOf(error);
  const program = /lock is held in ([^(]+?) \(PID (\d+)\)/.exec(message);
  if (program !== null) return `${basename(program[1]!)} (process ${program[2]!})`;
  const pid = /PID (\d+)/.exec(message);
  return pid === null ? "another process" : `process ${pid[1]!}`;
}

const wayOut =
  "Move it away and ingest the logs again, or copy a backup in its place with stopwise store copy BACKUP FOLDER.";

/** What DuckDB's messages mean to a user; the first that matches counts. */
const kinds: readonly { readonly sign: RegExp; readonly error: (file: string, first: string) => Error }[] = [
  {
    sign: /no space left|disk quota|disk full|ENOSPC|could not write all bytes|max_temp_directory_size/i,
    error: (file) =>
      new InvalidInputError(`${file} cannot be written: the disk is full.`, "Make room and try again."),
  },
  {
    sign: /read-only file system|permission denied|EACCES|EROFS|cannot open file .*read-only/i,
    error: (file) =>
      new InvalidInputError(
        `${file} cannot be opened for this: its folder cannot be read or written by this user.`,
        "Check who may read or write it, or name another folder with --store.",
      ),
  },
  {
    sign: /out of memory|failed to allocate|bad_alloc/i,
    error: (file) =>
      new InvalidInputError(
        `${file} needs more memory than there is.`,
        "Free memory, or read fewer runs with a filter.",
      ),
  },
  {
    sign: /newer version|different version of DuckDB|version number/i,
    error: (file, first) =>
      new InvalidInputError(
        `${file} cannot be opened: ${first}`,
        "Update stopwise, or name another folder with --store.",
      ),
  },
];

/**
 * What an error of DuckDB on a store's file means to a user. The statements are ours and are tested, so what is left
 * when disk, rights, memory and version are ruled out is a file that is not as it was written.
 */
export function faultOf(error: unknown, file: string): Error {
  if (error instanceof StopwiseError) return error;
  if (isDuckDb(error)) {
    const first = messageOf(error).split("\n")[0]!.slice(0, 160);
    const kind = kinds.find(({ sign }) => sign.test(messageOf(error)));
    if (kind !== undefined) return kind.error(file, first);
    return new InvalidInputError(`${file} is damaged (${first.replace(/[.\s]+$/, "")}).`, wayOut);
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** DuckDB throws plain errors without a code; ours, Node's and JavaScript's own have a class or a code. */
function isDuckDb(error: unknown): error is Error {
  return error instanceof Error && error.constructor === Error && !("code" in error);
}

/**
 * Looks at the first bytes of a store's file, before the database library sees them: it would take a file of another
 * database for a request to load an extension.
 *
 * @throws {InvalidInputError} when it is no DuckDB file
 */
export function requireDuckDbFile(file: string): void {
  if (!existsSync(file)) return;
  const head = Buffer.alloc(16);
  const descriptor = openSync(file, "r");
  const nBytes = readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  if (head.toString("latin1", 8, 12) === "DUCK") return;
  const isSqlite = head.toString("latin1", 0, 15) === "SQLite format 3";
  const what = nBytes === 0 ? "empty" : isSqlite ? "a SQLite database" : "no DuckDB database";
  throw new InvalidInputError(`${file} is damaged or not ours: it is ${what}.`, wayOut);
}
