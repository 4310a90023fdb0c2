import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { LogFormatError } from "@stopwise/core";
import { encodingOf } from "./log-text.ts";
import { isBombRule, unpackedLimit } from "./unpacked.ts";

/** One line of a text file, without its line break. */
export interface LogLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
  /** False for a last line that no line break ends: it may have been cut. */
  readonly ended: boolean;
}

const lineFeed = 0x0a;

const isCutGzip = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "Z_BUF_ERROR" || error.code === "Z_DATA_ERROR");

/** Pieces of UTF-16 text, told by its byte-order mark, as UTF-8; everything else as it is. */
async function* asUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let isFirst = true;
  for await (const piece of pieces) {
    if (isFirst) {
      const encoding = encodingOf(piece);
      if (encoding !== "utf-8") decoder = new TextDecoder(encoding);
    }
    isFirst = false;
    yield decoder === undefined ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
  }
}

/** The bytes of a file in pieces, unpacked where it is gzipped; a cut or damaged archive is reported by `onCut`. */
async function* piecesOf(absolute: string, onCut: (error: Error) => void): AsyncGenerator<Buffer> {
  const raw = createReadStream(absolute, { highWaterMark: 1 << 20 });
  if (!absolute.endsWith(".gz")) {
    yield* asUtf8(raw as AsyncIterable<Buffer>);
    return;
  }
  const unpacked = raw.pipe(createGunzip({ chunkSize: 1 << 18 }));
  raw.on("error", (error) => unpacked.destroy(error));
  const limit = unpackedLimit((await stat(absolute)).size);
  let nBytes = 0;
  try {
    for await (const piece of unpacked as AsyncIterable<Buffer>) {
      nBytes += piece.length;
      if (nBytes > limit) throw new LogFormatError({ file: absolute }, isBombRule, "Unpack it first.");
      yield piece;
    }
  } catch (error) {
    if (!isCutGzip(error) || !(error instanceof Error)) throw error;
    onCut(error);
  }
}

/** Whole lines of a text file that follow each other. */
export interface LineBlock {
  /** Number of the first line, counted from 1. */
  readonly number: number;
  /** The lines with their breaks; a last line that no line break ends is a block of its own. */
  readonly bytes: Buffer;
  readonly ended: boolean;
}

/** Reads a text file in blocks of lines; see `readLineBlocks`. */
export interface BlockReader extends AsyncIterable<LineBlock> {
  /** Set after the last block where a gzip archive ended early or was damaged. */
  cut: Error | undefined;
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}

const blockBytes = 1 << 20;
/** A line beyond 256 MiB is none. */
const longestLine = 1 << 28;

const endless = (file: string, line: number): LogFormatError =>
  new LogFormatError({ file, line }, "the line has no end within 256 MiB.", "Restore the file.");

/**
 * Blocks of a plain file, read into one buffer that is used again and again: a fresh one for every MiB would be
 * collected at a higher price than reading it. Gives up before the first block where the file is not UTF-8.
 */
async function* plainBlocks(absolute: string): AsyncGenerator<LineBlock, boolean> {
  const handle = await open(absolute);
  try {
    let buffer = Buffer.allocUnsafe(blockBytes);
    let [used, number] = [0, 1];
    for (;;) {
      if (used === buffer.length) {
        if (used >= longestLine) throw endless(absolute, number);
        buffer = Buffer.concat([buffer], 2 * buffer.length);
      }
      const { bytesRead } = await handle.read(buffer, used, buffer.length - used, null);
      if (number === 1 && encodingOf(buffer.subarray(0, bytesRead)) !== "utf-8") return false;
      if (bytesRead === 0) break;
      const end = buffer.subarray(0, used + bytesRead).lastIndexOf(lineFeed) + 1;
      used += bytesRead;
      if (end === 0) continue;
      const bytes = buffer.subarray(0, end);
      yield { number, bytes, ended: true };
      number += countLines(bytes);
      buffer.copyWithin(0, end, used);
      used -= end;
    }
    if (used > 0) yield { number, bytes: buffer.subarray(0, used), ended: false };
    return true;
  } finally {
    await handle.close();
  }
}

/**
 * The lines of a text file of any size in blocks of about 1 MiB, gzipped when its name ends in `.gz`; a block is
 * valid until the next is asked for. A gzip archive that ends early gives the lines before the damage and then sets
 * `cut`.
 */
export function readLineBlocks(absolute: string): BlockReader {
  const reader: BlockReader = {
    cut: undefined,
    async *[Symbol.asyncIterator]() {
      if (!absolute.endsWith(".gz") && (yield* plainBlocks(absolute))) return;
      let number = 1;
      let rest: Buffer = Buffer.alloc(0);
      const onCut = (error: Error): void => void (reader.cut = error);
      for await (const piece of piecesOf(absolute, onCut)) {
        if (rest.length >= longestLine) throw endless(absolute, number);
        const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        const end = bytes.lastIndexOf(lineFeed) + 1;
        rest = bytes.subarray(end);
        if (end === 0) continue;
        const whole = bytes.subarray(0, end);
        yield { number, bytes: whole, ended: true };
        number += countLines(whole);
      }
      if (rest.length > 0) yield { number, bytes: rest, ended: false };
    },
  };
  return reader;
}

/** The lines of a block, one by one. */
export function* linesOf({ bytes, number, ended }: LineBlock): Generator<LogLine> {
  const text = bytes.toString("utf8");
  let at = 0;
  for (let line = number; at < text.length; line += 1) {
    const feed = text.indexOf("\n", at);
    const end = feed < 0 ? text.length : feed;
    yield { number: line, text: text.slice(at, text[end - 1] === "\r" ? end - 1 : end), ended };
    at = end + 1;
  }
}

/** Reads a text file line by line; see `readLines`. */
export interface LineReader extends AsyncIterable<LogLine> {
  /** Set after the last line where a gzip archive ended early or was damaged. */
  cut: Error | undefined;
}

/**
 * The lines of a text file of any size, gzipped when its name ends in `.gz`. Memory: one line and one piece of
 * 1 MiB. A gzip archive that ends early gives the lines before the damage and then sets `cut`.
 */
export function readLines(absolute: string): LineReader {
  const blocks = readLineBlocks(absolute);
  const reader: LineReader = {
    cut: undefined,
    async *[Symbol.asyncIterator]() {
      for await (const block of blocks) yield* linesOf(block);
      reader.cut = blocks.cut;
    },
  };
  return reader;
}

/** Counts lines that had to be skipped and refuses a file with too many. */
export class SkippedLines {
  readonly #file: string;
  readonly #broken: { line: number; field?: string; rule: string }[] = [];
  #nRead = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** One more line that was read, or as many as stated. */
  good(nLines = 1): void {
    this.#nRead += nLines;
  }

  /**
   * One more line that was skipped.
   *
   * @throws {LogFormatError} when it is the first line of the file
   */
  bad(line: number, rule: string, field?: string): void {
    this.#broken.push({ line, rule, ...(field === undefined ? {} : { field }) });
    if (this.#nRead === 0 && this.#broken.length === 1) this.#refuse(rule);
  }

  /**
   * What to tell of the skipped lines, empty where there are none.
   *
   * @throws {LogFormatError} when more than one line in a hundred was skipped
   */
  summary(): string[] {
    const count = this.#broken.length;
    if (count === 0) return [];
    const first = this.#broken[0]!;
    if (count > (this.#nRead + count) / 100) {
      this.#refuse(`${first.rule}; ${count} of ${this.#nRead + count} lines cannot be read.`);
    }
    const lines = this.#broken.slice(0, 5).map(({ line }) => line);
    const field = first.field === undefined ? "" : ` (${first.field} ${first.rule})`;
    return [
      `${count} unreadable lines skipped: line ${lines.join(", ")}${count > 5 ? ", ..." : ""}${field}.`,
    ];
  }

  #refuse(rule: string): never {
    const { line, field } = this.#broken[0]!;
    const where = { file: this.#file, line, ...(field === undefined ? {} : { field }) };
    throw new LogFormatError(where, rule.endsWith(".") ? rule : `${rule}.`, "Fix or remove the line.");
  }
}
