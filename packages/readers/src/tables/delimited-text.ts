import { LogFormatError } from "@stopwise/core";
import { cellNumber } from "./markdown-table.ts";

/** A CSV or TSV file: named columns and rows of cells, all of the header's length. */
export interface DelimitedTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: string;
  /** Rows left out because they have another number of cells. */
  readonly nBroken: number;
}

const quote = '"';

/** Reads one quoted cell that begins at `from`; the quote may be missing at the end of a cut file. */
function quotedCell(text: string, from: number): { cell: string; end: number } {
  let cell = "";
  let at = from + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close < 0) return { cell: cell + text.slice(at), end: text.length };
    cell += text.slice(at, close);
    if (text[close + 1] !== quote) return { cell, end: close + 1 };
    cell += quote;
    at = close + 2;
  }
}

/** Splits one record that begins at `from`; quoted cells may hold delimiters and line breaks. */
function splitRecord(text: string, from: number, delimiter: string): { cells: string[]; next: number } {
  const lineEnd = text.indexOf("\n", from);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const line = text.slice(from, end);
  if (!line.includes(quote)) {
    return { cells: (line.endsWith("\r") ? line.slice(0, -1) : line).split(delimiter), next: end + 1 };
  }
  const cells: string[] = [];
  let at = from;
  for (;;) {
    const isQuoted = text[at] === quote;
    const quoted = isQuoted ? quotedCell(text, at) : { cell: "", end: at };
    let stop = quoted.end;
    while (stop < text.length && text[stop] !== "\n" && text[stop] !== delimiter) stop += 1;
    cells.push(quoted.cell + text.slice(quoted.end, stop).replace(/\r$/, ""));
    at = stop + 1;
    if (text[stop] !== delimiter) return { cells, next: at };
  }
}

/** The delimiter that splits the header into most cells: comma, semicolon, tab or bar. */
export function delimiterOf(headerLine: string): string {
  const counts = [",", "\t", ";", "|"].map((mark) => ({ mark, count: headerLine.split(mark).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

const lineAt = (text: string, from: number): string => {
  const end = text.indexOf("\n", from);
  return text.slice(from, end < 0 ? text.length : end);
};

/** Where the header begins: behind blank lines and comments, which begin with `#`. */
function headerStart(text: string): number {
  let at = 0;
  while (at < text.length) {
    const line = lineAt(text, at).trim();
    if (line !== "" && !line.startsWith("#")) return at;
    at += lineAt(text, at).length + 1;
  }
  return 0;
}

/**
 * The header with a blank name where the rows have one cell more: in front for a row index that was written without
 * a name, at the end for rows that end in a delimiter.
 */
function alignedHeader(header: readonly string[], firstRow: readonly string[]): readonly string[] {
  if (firstRow.length !== header.length + 1 || header.length < 2) return header;
  return firstRow.at(-1)!.trim() === "" ? [...header, ""] : ["", ...header];
}

/** Names that a header holds twice; blank names are no columns and may repeat. */
export function duplicatesIn(header: readonly string[]): string[] {
  const named = header.filter((name) => name !== "");
  return [...new Set(named.filter((name, index) => named.indexOf(name) !== index))];
}

/**
 * Parses CSV or TSV text: delimiter by the header, quoted cells, any line end. Rows of another length than the
 * header are left out and counted; so is a last row that was cut.
 *
 * @param text - the file, without byte-order mark
 * @param file - how the file is named in errors
 * @param options - how doubled names are met
 * @param options.keepsDoubled - leaves it to `withoutDoubledColumns` what to make of names that repeat
 * @throws {LogFormatError} when the header names a column twice
 */
export function parseDelimited(
  text: string,
  file: string,
  options: { readonly keepsDoubled?: boolean } = {},
): DelimitedTable {
  const start = headerStart(text);
  const delimiter = delimiterOf(lineAt(text, start));
  const head = splitRecord(text, start, delimiter);
  const named = head.cells.map((name) => name.trim());
  const header = alignedHeader(named, splitRecord(text, head.next, delimiter).cells);
  const duplicates = duplicatesIn(header);
  if (duplicates.length > 0 && options.keepsDoubled !== true) {
    const rule = `the header names ${duplicates.join(", ")} more than once.`;
    const line = text.slice(0, start).split("\n").length;
    throw new LogFormatError({ file, line }, rule, "Rename the columns so that each name is unique.");
  }
  const rows: string[][] = [];
  let nBroken = 0;
  for (let at = head.next; at < text.length;) {
    const { cells, next } = splitRecord(text, at, delimiter);
    at = next;
    if (cells.length === header.length) rows.push(cells);
    else if (cells.length > 1 || cells[0]!.trim() !== "") nBroken += 1;
  }
  return { header, rows, delimiter, nBroken };
}

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The number in a cell: plain numbers, `nan`, `inf`, thousands separators; in a file delimited by semicolons a
 * comma is a decimal comma. Text and empty cells are `undefined`: not logged, not NaN.
 */
export function delimitedNumber(cell: string, delimiter: string): number | undefined {
  // The common case without a regular expression: a number that begins like one and is no hexadecimal.
  const quick = Number(cell);
  const first = cell.charCodeAt(0);
  if (quick - quick === 0 && first >= 0x2b && first <= 0x39 && !(cell.charCodeAt(1) > 0x39)) return quick;
  const text = cell.trim();
  if (text === "" || text === "NA") return undefined;
  // fastai writes the training loss of its first row so: the row is one of training none the less.
  if (text === "#na#") return Number.NaN;
  if (plainNumber.test(text)) return Number(text);
  if (delimiter === ";" && /^[+-]?\d+,\d+$/.test(text)) return Number(text.replace(",", "."));
  const number = /^[+-]?infinity$|^[+-]?inf$|^[+-]?nan$|^-?[\d.,]+%?$/i.test(text)
    ? cellNumber(text)
    : undefined;
  return number ?? tensorNumber(text);
}

/** The number inside a printed tensor, `tensor(0.5)` or `tensor(0.5, device='cuda:0')`. */
export function tensorNumber(text: string): number | undefined {
  const inner = /^(?:tensor|array|np\.float\d+)\(\s*([^,()]+?)\s*(?:,[^()]*)?\)$/.exec(text)?.[1];
  return inner === undefined ? undefined : cellNumber(inner);
}
