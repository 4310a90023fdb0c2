import { LogFormatError } from "@stopwise/core";
import { isWholeLine } from "./cut-lines.ts";
import { rolesOf } from "./generic-columns.ts";
import { cellNumber } from "./markdown-table.ts";

/** A CSV or TSV file: named columns and rows of cells, all of the header's length. */
export interface DelimitedTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly delimiter: string;
  /** How a number is written: `;` where a comma is the decimal point. */
  readonly numberMark: string;
  /** Rows left out because they have another number of cells. */
  readonly nBroken: number;
  /** The last row was cut and is left out. */
  readonly isCut: boolean;
  /** What was left out, and where. */
  readonly warnings: readonly string[];
}

const quote = '"';

/** Reads one quoted cell that begins at `from`; the closing quote may be missing. */
function quotedCell(text: string, from: number): { cell: string; end: number; isClosed: boolean } {
  let cell = "";
  let at = from + 1;
  for (;;) {
    const close = text.indexOf(quote, at);
    if (close < 0) return { cell: cell + text.slice(at), end: text.length, isClosed: false };
    cell += text.slice(at, close);
    if (text[close + 1] !== quote) return { cell, end: close + 1, isClosed: true };
    cell += quote;
    at = close + 2;
  }
}

interface Record {
  readonly cells: string[];
  readonly next: number;
  /** Some cell is quoted. */
  readonly isQuoted: boolean;
  /** Some quoted cell has no closing quote. */
  readonly isOpen: boolean;
}

/** Splits one record that begins at `from`; quoted cells may hold delimiters and line breaks. */
function splitRecord(text: string, from: number, delimiter: string): Record {
  const lineEnd = text.indexOf("\n", from);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const line = text.slice(from, end);
  if (!line.includes(quote)) {
    const cells = (line.endsWith("\r") ? line.slice(0, -1) : line).split(delimiter);
    return { cells, next: end + 1, isQuoted: false, isOpen: false };
  }
  const cells: string[] = [];
  let at = from;
  let isOpen = false;
  for (;;) {
    const isQuoted = text[at] === quote;
    const quoted = isQuoted ? quotedCell(text, at) : { cell: "", end: at, isClosed: true };
    isOpen ||= !quoted.isClosed;
    let stop = quoted.end;
    while (stop < text.length && text[stop] !== "\n" && text[stop] !== delimiter) stop += 1;
    const behind = text.slice(quoted.end, stop);
    cells.push(quoted.cell + (behind.endsWith("\r") ? behind.slice(0, -1) : behind));
    at = stop + 1;
    if (text[stop] !== delimiter) return { cells, next: at, isQuoted: true, isOpen };
  }
}

/** Most lines that a quoted cell may hold, such as a printed tensor. */
const mostCellLines = 50;

/** Whether a stray quotation mark swallowed the rows behind it: the cell holds lines that look like rows. */
function isSwallowing({ cells, isOpen }: Record, nColumns: number, delimiter: string): boolean {
  return cells.some((cell) => {
    if (!cell.includes("\n")) return false;
    const lines = cell.split("\n");
    if (isOpen || cells.length !== nColumns || lines.length > mostCellLines) return true;
    return lines.slice(1).some((line) => line.split(delimiter).length === nColumns);
  });
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
function duplicatesIn(header: readonly string[]): string[] {
  const named = header.filter((name) => name !== "");
  const seen = new Set<string>();
  return [...new Set(named.filter((name) => seen.size === seen.add(name).size))];
}

/** Whether a name that stands twice may be passed over: it is neither a place nor an evaluation. */
function isDispensable(name: string): boolean {
  const { step, epoch, tokens, run, evaluation, bare } = rolesOf([name]);
  return [step, epoch, tokens, run, ...evaluation, ...bare].every((role) => role === undefined);
}

function checkedHeader(header: readonly string[], where: { file: string; line: number }) {
  const duplicates = duplicatesIn(header);
  if (duplicates.length === 0) return { header, warnings: [] };
  if (!duplicates.every(isDispensable)) {
    const rule = `the header names ${duplicates.join(", ")} more than once.`;
    throw new LogFormatError(where, rule, "Rename the columns so that each name is unique.");
  }
  const twice = new Set(duplicates);
  const named = header.map((name) => (twice.has(name) ? "" : name));
  return { header: named, warnings: [`the columns ${duplicates.join(", ")} stand twice and are not read.`] };
}

interface Rows {
  readonly rows: string[][];
  readonly nBroken: number;
  readonly isCut: boolean;
  readonly warnings: string[];
}

const lineNumber = (text: string, at: number): number => {
  let number = 1;
  for (let feed = text.indexOf("\n"); feed >= 0 && feed < at; feed = text.indexOf("\n", feed + 1))
    number += 1;
  return number;
};

/** Whether the last row lost its end: no line break ends it, or its last number stops at its decimal point. */
function isUnfinished(text: string, lastStart: number, cells: readonly string[]): boolean {
  if (/^[+-]?\d{1,30}\.$/.test(cells.at(-1)!.trim())) return true;
  if (text.endsWith("\n")) return false;
  const earlier = text
    .slice(Math.max(0, lastStart - 20_000), lastStart)
    .split("\n")
    .slice(1, -1);
  const line = lineAt(text, lastStart).trimEnd();
  return !isWholeLine(
    line,
    earlier.map((other) => other.trimEnd()),
  );
}

function rowsFrom(text: string, from: number, header: readonly string[], delimiter: string): Rows {
  const rows: string[][] = [];
  let nBroken = 0;
  let nStray = 0;
  let [strayAt, brokenAt, lastStart] = [-1, -1, -1];
  const repeated = header.join(delimiter);
  for (let at = from; at < text.length;) {
    const record = splitRecord(text, at, delimiter);
    const { cells } = record;
    const start = at;
    const isStray = record.isQuoted && isSwallowing(record, header.length, delimiter);
    at = isStray ? start + lineAt(text, start).length + 1 : record.next;
    if (isStray || (record.isOpen && at < text.length)) {
      nStray += 1;
      if (strayAt < 0) strayAt = start;
    } else if (cells.length === header.length) {
      // A header that an appending program wrote again is no row.
      if (cells[0] === header[0] && cells.join(delimiter) === repeated) continue;
      rows.push(cells);
      lastStart = start;
    } else if (cells.length > 1 || cells[0]!.trim() !== "") {
      nBroken += 1;
      if (brokenAt < 0) brokenAt = start;
      lastStart = -1;
    }
  }
  const isCut = rows.length > 0 && lastStart >= 0 && isUnfinished(text, lastStart, rows.at(-1)!);
  if (isCut) rows.pop();
  const isBrokenEnd = lastStart < 0 && nBroken > 0 && !text.endsWith("\n");
  const warnings = [
    ...(nStray > 0
      ? [`${nStray} rows with a stray quotation mark are left out (line ${lineNumber(text, strayAt)}).`]
      : []),
    ...(nBroken > 0
      ? [`${nBroken} rows have another number of cells than the header (line ${lineNumber(text, brokenAt)}).`]
      : []),
    ...(isCut ? ["the last row is incomplete and left out."] : []),
  ];
  return { rows, nBroken: nBroken + nStray, isCut: isCut || isBrokenEnd, warnings };
}

/** How numbers are written: a comma is the decimal point where cells such as `0,25` say so and none has a point. */
function numberMarkOf(rows: readonly (readonly string[])[], delimiter: string): string {
  let [hasComma, hasPoint, hasThousands] = [false, false, false];
  for (const cells of rows.slice(0, 200)) {
    for (const cell of cells) {
      if (/^\s?[+-]?\d{1,20}\.\d/.test(cell)) hasPoint = true;
      else if (/^\s?[+-]?(0,\d{1,20}|\d{1,20},(\d{1,2}|\d{4,20}))\s?$/.test(cell)) hasComma = true;
      else if (/^\s?[+-]?[1-9]\d{0,2}(,\d{3}){1,6}\s?$/.test(cell)) hasThousands = true;
    }
  }
  if (delimiter === ";") return hasThousands && hasPoint && !hasComma ? "," : ";";
  return hasComma && !hasPoint ? ";" : delimiter;
}

/**
 * Parses CSV or TSV text: delimiter by the header, quoted cells, any line end. Rows of another length than the
 * header and rows with a stray quotation mark are left out and counted; so is a last row that was cut.
 *
 * @param text - the file, without byte-order mark
 * @param file - how the file is named in errors
 * @throws {LogFormatError} when the header names a place or an evaluation twice
 */
export function parseDelimited(text: string, file: string): DelimitedTable {
  const start = headerStart(text);
  const delimiter = delimiterOf(lineAt(text, start));
  const head = splitRecord(text, start, delimiter);
  const named = head.cells.map((name) => name.trim());
  const aligned = alignedHeader(named, splitRecord(text, head.next, delimiter).cells);
  const { header, warnings } = checkedHeader(aligned, { file, line: lineNumber(text, start) });
  const { rows, nBroken, isCut, warnings: left } = rowsFrom(text, head.next, header, delimiter);
  return {
    header,
    rows,
    delimiter,
    numberMark: numberMarkOf(rows, delimiter),
    nBroken,
    isCut,
    warnings: [...warnings, ...left],
  };
}

const plainNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

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
  const open = /^(?:tensor|array|np\.float\d{1,3})\(/.exec(text.slice(0, 20))?.[0].length;
  if (open === undefined || !text.endsWith(")")) return undefined;
  const inner = text.slice(open, -1);
  const [number = "", ...others] = inner.split(",");
  return others.some((part) => /[()]/.test(part)) ? undefined : cellNumber(number.trim());
}
