import type { Dirent, Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { diskProblem, specialKind, type DiskProblem } from "./disk-problem.ts";

/** A file that may be a log, a settings file beside one, or what could not be read. */
export type Found =
  | { readonly kind: "file"; readonly path: string; readonly real: string; readonly named: boolean }
  | { readonly kind: "problem"; readonly problem: DiskProblem };

const skippedFolders = new Set([
  "node_modules",
  ".git",
  ".stopwise",
  "__pycache__",
  "site-packages",
  ".venv",
]);
const logName =
  /\.(jsonl?|ndjson|csv|tsv|md|markdown|log|txt|out|stdout|stderr|ya?ml|db|sqlite3?|wandb|ipynb)(\.gz)?$|tfevents|\.gz$/i;
const inRunStore = /(^|\/)(mlruns\/\d+|\d+\/[0-9a-f]{32})\//;

const byName = (left: { name: string }, right: { name: string }): number =>
  left.name < right.name ? -1 : left.name > right.name ? 1 : 0;

const joined = (folder: string, name: string): string =>
  folder === "" || folder === "." ? name : `${folder.replace(/\/$/, "")}/${name}`;

const posix = (path: string): string => path.replaceAll("\\", "/");

function problemOf(error: unknown, path: string): Found {
  const problem = diskProblem(error, path);
  if (problem === undefined) throw error;
  return { kind: "problem", problem };
}

/** The walk of one ingest: every folder and file once, however often it is named or linked. */
export class Walk {
  private readonly root: string;
  private readonly seen = new Set<string>();

  /**
   * Begins a walk.
   *
   * @param root - folder that relative paths start from
   */
  constructor(root: string) {
    this.root = root;
  }

  /**
   * A file that was named by the user.
   *
   * @param path - as it is shown
   * @param found - what `stat` says of it
   */
  async *file(path: string, found: Stats): AsyncGenerator<Found> {
    const special = found.isFile() ? undefined : (specialKind(found) ?? "no regular file");
    if (special !== undefined) {
      yield {
        kind: "problem",
        problem: { path, status: "skipped", reason: `is ${special}, not a log file.` },
      };
    } else yield* this.once(path, await realpath(resolve(this.root, path)), true);
  }

  /**
   * What lies below a folder, in the order of names.
   *
   * @param path - the folder as it is shown
   */
  async *folder(path: string): AsyncGenerator<Found> {
    let real: string;
    let entries: Dirent[];
    try {
      real = await realpath(resolve(this.root, path));
      if (this.seen.has(real)) return;
      this.seen.add(real);
      entries = await readdir(real, { withFileTypes: true });
    } catch (error) {
      yield problemOf(error, path === "" ? "." : `${path.replace(/\/$/, "")}/`);
      return;
    }
    // Links last: what a link points to beside it (W&B's `latest-run`) is listed under its own name.
    entries.sort(
      (left, right) => Number(left.isSymbolicLink()) - Number(right.isSymbolicLink()) || byName(left, right),
    );
    const mayBeAny = inRunStore.test(`${posix(real)}/`);
    for (const entry of entries) yield* this.entry(joined(path, entry.name), real, { entry, mayBeAny });
  }

  private async *entry(
    path: string,
    folder: string,
    { entry, mayBeAny }: { entry: Dirent; mayBeAny: boolean },
  ): AsyncGenerator<Found> {
    const isLink = entry.isSymbolicLink();
    // A link that leads nowhere is no log: skipped like any other file of no format.
    const target = isLink ? await stat(resolve(folder, entry.name)).catch(() => undefined) : entry;
    if (target === undefined) return;
    if (target.isDirectory()) {
      if (!skippedFolders.has(entry.name)) yield* this.folder(path);
      return;
    }
    if (!mayBeAny && !logName.test(entry.name)) return;
    if (!target.isFile()) {
      const reason = `is ${specialKind(target) ?? "no regular file"}, not a log file.`;
      yield { kind: "problem", problem: { path, status: "skipped", reason } };
      return;
    }
    try {
      const real = isLink ? await realpath(resolve(folder, entry.name)) : resolve(folder, entry.name);
      yield* this.once(path, real, false);
    } catch (error) {
      yield problemOf(error, path);
    }
  }

  private *once(path: string, real: string, named: boolean): Generator<Found> {
    if (this.seen.has(real)) return;
    this.seen.add(real);
    yield { kind: "file", path, real, named };
  }
}
