import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { InvalidInputError, StopwiseError } from "@stopwise/core";

let drafts = 0;

/** The name of a file that is written beside its place; it tells which process writes it. */
export function draftOf(file: string): string {
  return `${file}.${hostname()}.${process.pid}.${drafts++}.tmp`;
}

const rules: Readonly<Record<string, readonly [rule: string, hint: string]>> = {
  ENOSPC: ["the disk is full.", "Make room and try again."],
  EDQUOT: ["your share of the disk is full.", "Make room and try again."],
  EROFS: ["its folder cannot be written to.", "Name another one."],
  EACCES: ["permission denied.", "Check who may write its folder, or name another one."],
  EPERM: ["the system does not allow this.", "Check who may write its folder, or name another one."],
  ENOENT: ["its folder is not there.", "Create the folder, or check the path."],
  ENOTDIR: ["a part of its path is no folder.", "Check the path."],
  EISDIR: ["this is a folder.", "Name a file."],
};

/** What an error of writing a file means to a user; others are given back as they are. */
export function writeFault(error: unknown, file: string): unknown {
  if (error instanceof StopwiseError) return error;
  const found = rules[String((error as NodeJS.ErrnoException).code)];
  return found === undefined
    ? error
    : new InvalidInputError(`${file} cannot be written: ${found[0]}`, found[1]);
}

/**
 * Runs a writer on a draft of a file, and moves it to its place when it is whole; a failed one leaves nothing.
 *
 * @throws {InvalidInputError} when the disk is full or the folder cannot be written
 */
export async function wholeOrNothing<T>(file: string, write: (draft: string) => Promise<T>): Promise<T> {
  const draft = draftOf(file);
  try {
    const written = await write(draft);
    renameSync(draft, file);
    return written;
  } catch (error) {
    rmSync(draft, { force: true });
    throw writeFault(error, file);
  }
}

/** Writes a draft to the disk itself, so that its name is never there before its content. */
export function writeDraft(file: string, content: Uint8Array | string): string {
  const draft = draftOf(file);
  try {
    writeFileSync(draft, content);
    const descriptor = openSync(draft, "r+");
    fsyncSync(descriptor);
    closeSync(descriptor);
    return draft;
  } catch (error) {
    rmSync(draft, { force: true });
    throw writeFault(error, file);
  }
}

/** Replaces a file in one step: a reader sees the old content or the new, never a half. */
export function replaceFile(file: string, content: Uint8Array | string): void {
  const draft = writeDraft(file, content);
  try {
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw writeFault(error, file);
  }
}

const dayMs = 24 * 3600 * 1000;

/** Whether a process of this machine is alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Removes the drafts of processes that are gone: of this machine's at once, of others' after a day. */
export function pruneDrafts(folder: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // No folder, no drafts.
  }
  for (const name of names) {
    const [, host, pid] =
      /\.([^/]+?)\.(\d+)\.\d+\.tmp(?:\.wal)?$/.exec(name) ?? /(\.)(\d+)\.tmp$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const isOurs = host !== undefined && (host === "." || host.endsWith(hostname()));
    const file = join(folder, name);
    try {
      const isOld = Date.now() - statSync(file).mtimeMs > dayMs;
      if (isOurs ? !isAlive(Number(pid)) : isOld) rmSync(file, { force: true });
    } catch {
      // Gone already, or not ours to remove.
    }
  }
}
