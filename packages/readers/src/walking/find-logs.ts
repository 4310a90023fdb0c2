import { open, readdir, realpath, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { InvalidInputError } from "@stopwise/core";
import type { LogFile, LogReader } from "../contract.ts";
import { logReaders } from "../formats/index.ts";
import { decodeText, isLfsPointer } from "../files/log-text.ts";

/** Files that are read together as one unit of a format. */
export interface LogSource {
  readonly format: string;
  /** The first file's path. */
  readonly path: string;
  readonly files: readonly LogFile[];
  /** Absent where no reader takes the files; `reason` says why. */
  readonly reader?: LogReader;
  readonly reason?: string;
}

const skippedFolders = new Set([
  "node_modules",
  ".git",
  ".stopwise",
  "__pycache__",
  "site-packages",
  ".venv",
]);
const logName =
  /\.(jsonl?|ndjson|ipynb|csv|tsv|md|markdown|log|txt|out|stdout|stderr|ya?ml|db|sqlite3?|wandb)(\.gz)?$|tfevents|\.gz$/i;
const inRunStore = /(^|\/)(mlruns\/\d+|\d+\/[0-9a-f]{32})\//;
const headBytes = 16_384;
const longHeadBytes = 131_072;
/** Names of a database's tables may stand in any of its first pages. */
const databaseHeadBytes = 1 << 20;
const isDatabase = /\.(db|sqlite3?)$/i;

const byName = (left: { name: string }, right: { name: string }): number =>
  left.name < right.name ? -1 : left.name > right.name ? 1 : 0;

const joined = (folder: string, name: string): string =>
  folder === "" || folder === "." ? name : `${folder.replace(/\/$/, "")}/${name}`;

async function* walk(path: string, root: string, seen: Set<string>): AsyncGenerator<string> {
  const real = await realpath(resolve(root, path));
  if (seen.has(real)) return;
  seen.add(real);
  const entries = await readdir(real, { withFileTypes: true });
  // Links last: what a link points to beside it (W&B's `latest-run`) is listed under its own name.
  entries.sort(
    (left, right) => Number(left.isSymbolicLink()) - Number(right.isSymbolicLink()) || byName(left, right),
  );
  for (const entry of entries) {
    const inside = joined(path, entry.name);
    const isLink = entry.isSymbolicLink();
    const target = isLink ? await stat(resolve(root, inside)).catch(() => undefined) : entry;
    if (target?.isDirectory() === true) {
      if (!skippedFolders.has(entry.name)) yield* walk(inside, root, seen);
    } else if (
      target?.isFile() === true &&
      (logName.test(entry.name) || inRunStore.test(`${real.replaceAll("\\", "/")}/`))
    ) {
      yield inside;
    }
  }
}

async function headOf(absolute: string, length: number): Promise<Uint8Array> {
  const handle = await open(absolute);
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unpackedHead(head: Uint8Array): Uint8Array {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return head; // A damaged archive is named by the reader that opens it.
  }
}

const isBinary = (head: Uint8Array): boolean =>
  !(head[0] === 0xff && head[1] === 0xfe) &&
  !(head[0] === 0xfe && head[1] === 0xff) &&
  head.subarray(0, 4096).includes(0);

async function openFile(path: string, root: string): Promise<LogFile> {
  const absolute = resolve(root, path);
  const { size } = await stat(absolute);
  const stored = path.split("/").at(-1)!;
  const isLong = /\.(md|markdown|gz|log|txt|out|stdout|stderr)$/i.test(stored);
  const length = isDatabase.test(stored) ? databaseHeadBytes : isLong ? longHeadBytes : headBytes;
  const head = unpackedHead(await headOf(absolute, length));
  const name = stored.replace(/\.gz$/i, "");
  const isSqlite = decodeText(head.subarray(0, 15)) === "SQLite format 3";
  const headText = isBinary(head) ? (isSqlite ? "SQLite format 3" : "") : decodeText(head);
  return { path, absolute, name, sizeBytes: size, head, headText };
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

/** Options of the search. */
export interface FindOptions {
  /** Folder that relative paths start from; default: the working folder. */
  readonly root?: string;
}

async function* pathsUnder(
  paths: readonly string[],
  root: string,
): AsyncGenerator<{ path: string; named: boolean }> {
  const seen = new Set<string>();
  for (const given of paths) {
    const path = given.replaceAll("\\", "/");
    const found = await stat(resolve(root, path)).catch(() => undefined);
    if (found === undefined) {
      throw new InvalidInputError(
        `path must be a file or folder that exists, got ${given}.`,
        "Check the spelling.",
      );
    }
    if (found.isDirectory())
      for await (const inside of walk(path, root, seen)) yield { path: inside, named: false };
    else yield { path, named: true };
  }
}

/**
 * Finds the logs under files and folders: walks in the order of names (skipping `node_modules`, `.git`,
 * `.stopwise` and Python's package folders), lets the readers claim each file by path and first bytes, and joins
 * files that one reader reads together. A file is found once, however often it is named or linked.
 *
 * @throws {InvalidInputError} when a path does not exist
 */
export async function findLogs(paths: readonly string[], options: FindOptions = {}): Promise<LogSource[]> {
  const root = options.root ?? process.cwd();
  const sources = new Map<string, LogSource & { files: LogFile[] }>();
  const seen = new Set<string>();
  for await (const { path, named } of pathsUnder(paths, root)) {
    const real = await realpath(resolve(root, path));
    if (seen.has(real)) continue;
    seen.add(real);
    const file = await openFile(path, root);
    const claim = claimOf(file);
    if (claim === undefined && !named) continue;
    const reader = claim !== undefined && "reader" in claim ? claim.reader : undefined;
    const refused =
      claim !== undefined && "reason" in claim
        ? claim
        : { format: "unknown", reason: "is no log of a known format." };
    const format = reader?.format ?? refused.format;
    const key = reader === undefined ? `file\n${path}` : `${format}\n${reader.unitOf?.(file) ?? path}`;
    const source = sources.get(key);
    if (source !== undefined) source.files.push(file);
    else
      sources.set(key, {
        format,
        path,
        files: [file],
        ...(reader === undefined ? { reason: refused.reason } : { reader }),
      });
  }
  return [...sources.values()];
}
