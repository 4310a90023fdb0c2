import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { constants as zlibConstants, gunzipSync } from "node:zlib";
import type { LogFile } from "../contract.ts";
import { decodeText } from "../files/log-text.ts";

const headBytes = 16_384;
/** Cards, notebooks and consoles may say late what they are. */
const longHeadBytes = 131_072;
const isLong = /\.(md|markdown|gz|log|txt|out|stdout|stderr|ipynb)$/i;
/** Names of a database's tables may stand in any of its first pages. */
const databaseHeadBytes = 1 << 20;
const isDatabase = /\.(db|sqlite3?)$/i;
/** What is unpacked of an archive's head first: 4 KiB unpack to at most 4 MiB. */
const packedHeadBytes = 4096;
const unpackedHeadBytes = 1 << 22;

const headLength = (name: string): number =>
  isDatabase.test(name) ? databaseHeadBytes : isLong.test(name) ? longHeadBytes : headBytes;

/** Windows has no such flag, and no pipes in its folders. */
const { O_RDONLY = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** An error of the disk with its code, as Node throws them. */
function diskError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

interface OpenedHead {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

/** The first bytes of a regular file. Opened without waiting: a pipe without a writer must not hang the walk. */
function readHead(absolute: string, length: number): OpenedHead {
  const descriptor = openSync(absolute, O_RDONLY | O_NONBLOCK);
  try {
    const found = fstatSync(descriptor);
    if (!found.isFile()) throw diskError("ENOTFILE", absolute);
    const buffer = Buffer.alloc(Math.min(length, Math.max(found.size, 1)));
    const nRead = readSync(descriptor, buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, nRead), sizeBytes: found.size };
  } finally {
    closeSync(descriptor);
  }
}

function unpacked(packed: Uint8Array): Uint8Array | undefined {
  try {
    const options = { finishFlush: zlibConstants.Z_SYNC_FLUSH, maxOutputLength: unpackedHeadBytes };
    return gunzipSync(packed, options);
  } catch {
    return undefined; // Damaged, or a bomb: the reader that opens the file names it.
  }
}

/** What the head of an archive holds, bounded: a small part of it first, all of it where that gave little. */
function unpackedHead(head: Uint8Array): Uint8Array {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return head;
  const first = unpacked(head.subarray(0, packedHeadBytes));
  const isEnough = first !== undefined && first.length >= longHeadBytes;
  const whole = isEnough ? first : (unpacked(head) ?? first);
  return whole?.subarray(0, longHeadBytes) ?? head;
}

const isBinary = (head: Uint8Array): boolean =>
  !(head[0] === 0xff && head[1] === 0xfe) &&
  !(head[0] === 0xfe && head[1] === 0xff) &&
  head.subarray(0, 4096).includes(0);

function textOfHead(head: Uint8Array): string {
  if (!isBinary(head)) return decodeText(head);
  return decodeText(head.subarray(0, 15)) === "SQLite format 3" ? "SQLite format 3" : "";
}

/**
 * A file of the walk. Its first bytes are read when they are asked for and can be let go again, so that memory does
 * not grow with the number of files.
 */
export class FileOnDisk implements LogFile {
  readonly path: string;
  readonly absolute: string;
  readonly name: string;
  readonly sizeBytes: number;
  private kept: { head: Uint8Array; headText: string } | undefined;

  /**
   * Opens the file and reads its head.
   *
   * @param path - as it is shown
   * @param absolute - where it is opened
   * @throws an error with a `code` (`ENOENT`, `EACCES`, `ENOTFILE`, ...) where it cannot be read
   */
  constructor(path: string, absolute: string) {
    this.path = path;
    this.absolute = absolute;
    const stored = path.split("/").at(-1)!;
    this.name = stored.replace(/\.gz$/i, "");
    const { bytes, sizeBytes } = readHead(absolute, headLength(stored));
    this.sizeBytes = sizeBytes;
    this.keep(bytes);
  }

  get head(): Uint8Array {
    return this.loaded().head;
  }

  get headText(): string {
    return this.loaded().headText;
  }

  /** Lets the first bytes go; they are read again when they are asked for. */
  release(): void {
    this.kept = undefined;
  }

  private loaded(): { head: Uint8Array; headText: string } {
    const stored = this.path.split("/").at(-1)!;
    return this.kept ?? this.keep(readHead(this.absolute, headLength(stored)).bytes);
  }

  private keep(bytes: Uint8Array): { head: Uint8Array; headText: string } {
    const head = unpackedHead(bytes);
    this.kept = { head, headText: textOfHead(head) };
    return this.kept;
  }
}
