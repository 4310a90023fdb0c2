import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { LogFormatError } from "@stopwise/core";
import { encodingOf } from "./log-text.ts";

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

function decode(bytes: Buffer, from: number, to: number): string {
  const end = to > from && bytes[to - 1] === 0x0d ? to - 1 : to;
  return bytes.toString("utf8", from, end);
}

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
  try {
    yield* unpacked as AsyncIterable<Buffer>;
  } catch (error) {
    if (!isCutGzip(error) || !(error instanceof Error)) throw error;
    onCut(error);
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
  const reader: LineReader = {
    cut: undefined,
    async *[Symbol.asyncIterator]() {
      let number = 0;
      let rest: Buffer = Buffer.alloc(0);
      const onCut = (error: Error): void => void (reader.cut = error);
      for await (const piece of piecesOf(absolute, onCut)) {
        const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        let from = 0;
        for (let to = bytes.indexOf(lineFeed, from); to >= 0; to = bytes.indexOf(lineFeed, from)) {
          number += 1;
          yield { number, text: decode(bytes, from, to), ended: true };
          from = to + 1;
        }
        rest = bytes.subarray(from);
      }
      if (rest.length > 0) yield { number: number + 1, text: decode(rest, 0, rest.length), ended: false };
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

  /** One more line that was read. */
  good(): void {
    this.#nRead += 1;
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
    throw new LogFormatError(where, rule.endsWith(".") ? rule : `${rule}.`, "Mend or remove the line.");
  }
}
