import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { InvalidInputError } from "@stopwise/core";
import type { LogFile, LogReader } from "../contract.ts";
import { logReaders } from "../formats/index.ts";
import { isLfsPointer } from "../files/log-text.ts";
import { diskProblem, type DiskProblem } from "./disk-problem.ts";
import { FileOnDisk } from "./file-head.ts";
import { Walk, type Found } from "./walk-folder.ts";

/** Files that are read together as one unit of a format. */
export interface LogSource {
  readonly format: string;
  /** The first file's path. */
  readonly path: string;
  readonly files: readonly LogFile[];
  /** Absent where no reader takes the files; `reason` says why. */
  readonly reader?: LogReader;
  readonly reason?: string;
  /** Set where the files could not be looked at. */
  readonly problem?: DiskProblem;
}

/** Options of the search. */
export interface FindOptions {
  /** Folder that relative paths start from; default: the working folder. */
  readonly root?: string;
  /** Called for each file that is looked at. */
  readonly onFound?: (found: { readonly nFiles: number; readonly path: string }) => void;
}

type Claim = { reader: LogReader } | { format: string; reason: string } | undefined;

function claimOf(file: LogFile): Claim {
  const claims = logReaders
    .map((reader) => ({ reader, certainty: reader.detect(file) }))
    .filter(({ certainty }) => certainty > 0)
    .sort((left, right) => right.certainty - left.certainty);
  const [best, next] = claims;
  if (isLfsPointer(file.headText)) {
    const stored = /^size (\d+)/m.exec(file.headText)?.[1] ?? "unknown";
    const reason = `a Git LFS pointer, not the file itself (${stored} bytes): fetch it with git lfs pull.`;
    return { format: best?.reader.format ?? "git-lfs-pointer", reason };
  }
  if (best === undefined) return undefined;
  if (next !== undefined && next.certainty === best.certainty) {
    const formats = `${best.reader.format}, ${next.reader.format}`;
    return { format: "ambiguous", reason: `looks like ${formats} alike: pass it by itself or rename it.` };
  }
  return { reader: best.reader };
}

async function* foundUnder(paths: readonly string[], root: string): AsyncGenerator<Found> {
  const walk = new Walk(root);
  for (const given of paths) {
    const path = given.replaceAll("\\", "/");
    const found = await stat(resolve(root, path)).catch(() => undefined);
    if (found === undefined) {
      throw new InvalidInputError(
        `path must be a file or folder that exists, got ${given}.`,
        "Check the spelling.",
      );
    }
    yield* found.isDirectory() ? walk.folder(path) : walk.file(path, found);
  }
}

type Sources = Map<string, LogSource & { files: LogFile[] }>;

function addProblem(sources: Sources, problem: DiskProblem): void {
  const { path } = problem;
  sources.set(`problem\n${path}`, { format: "unknown", path, files: [], problem });
}

function addFile(sources: Sources, path: string, file: FileOnDisk, named: boolean): void {
  const claim = claimOf(file);
  if (claim === undefined && !named) return;
  const reader = claim !== undefined && "reader" in claim ? claim.reader : undefined;
  const refused =
    claim !== undefined && "reason" in claim
      ? claim
      : { format: "unknown", reason: "is no log of a known format." };
  const format = reader?.format ?? refused.format;
  const key = reader === undefined ? `file\n${path}` : `${format}\n${reader.unitOf?.(file) ?? path}`;
  file.release();
  const source = sources.get(key);
  if (source !== undefined) {
    source.files.push(file);
    return;
  }
  const taken = reader === undefined ? { reason: refused.reason } : { reader };
  sources.set(key, { format, path, files: [file], ...taken });
}

/**
 * Finds the logs under files and folders: walks in the order of names (skipping `node_modules`, `.git`,
 * `.stopwise` and Python's package folders), lets the readers claim each file by path and first bytes, and joins
 * files that one reader reads together. A file is found once, however often it is named or linked. What cannot be
 * read (permissions, pipes, files that vanish) is a source with a `problem` and costs nothing else.
 *
 * @throws {InvalidInputError} when a path does not exist
 */
export async function findLogs(paths: readonly string[], options: FindOptions = {}): Promise<LogSource[]> {
  const root = options.root ?? process.cwd();
  const sources: Sources = new Map();
  let nFiles = 0;
  for await (const found of foundUnder(paths, root)) {
    if (found.kind === "problem") {
      addProblem(sources, found.problem);
      continue;
    }
    const { path, named } = found;
    options.onFound?.({ nFiles: (nFiles += 1), path });
    try {
      addFile(sources, path, new FileOnDisk(path, resolve(root, path)), named);
    } catch (error) {
      const problem = diskProblem(error, path);
      if (problem === undefined) throw error;
      addProblem(sources, problem);
    }
  }
  return [...sources.values()];
}
