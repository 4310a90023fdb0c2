/** A table of a Markdown document with the cells as written. */
export interface MarkdownTable {
  /** Text of the heading above the table; empty where there is none. */
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Lines that look like further rows behind a blank line: a cell with a line break cut the table. */
  readonly nLinesCutOff: number;
}

/** The text of a heading line, undefined where the line is none. */
function headingOf(line: string): string | undefined {
  const mark = /^\s{0,3}#{1,6}\s/.exec(line)?.[0];
  if (mark === undefined) return undefined;
  const text = line.slice(mark.length).trim();
  let end = text.length;
  while (end > 0 && text[end - 1] === "#") end -= 1;
  return text.slice(0, end).trimEnd();
}

/** Cells of a table line, trimmed, without the outer pipes; `\|` is a pipe inside a cell. */
export function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const isDelimiter = (line: string | undefined): boolean =>
  line !== undefined &&
  line.includes("|") &&
  line.includes("-") &&
  cellsOf(line).every((cell) => /^:?-+:?$/.test(cell));

function countCutOff(lines: readonly string[], from: number): number {
  let count = 0;
  for (let at = from; at < lines.length; at += 1) {
    if (headingOf(lines[at]!) !== undefined || isDelimiter(lines[at + 1])) break;
    if (/^\|.*\|/.test(lines[at]!)) count += 1;
  }
  return count;
}

/** The text with HTML comments blanked out, their line breaks kept; a comment that is not closed is text. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf("<!--", at);
    const close = open < 0 ? -1 : text.indexOf("-->", open + 4);
    if (close < 0) return parts.join("") + text.slice(at);
    parts.push(text.slice(at, open), text.slice(open, close + 3).replace(/[^\r\n]/g, ""));
    at = close + 3;
  }
}

/**
 * Finds the pipe tables of a Markdown document, outside code fences and comments, line by line. It is more tolerant than a
 * Markdown parser on purpose: rows keep their own number of cells, so that a reader can count what is broken, and
 * a header need not have as many cells as its delimiter row. Any line ending.
 */
export function findTables(text: string): MarkdownTable[] {
  const lines = withoutComments(text).split(/\r\n|\r|\n/);
  const tables: MarkdownTable[] = [];
  let heading = "";
  let fence: string | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const mark = /^\s{0,3}(```|~~~)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === undefined ? mark : fence === mark ? undefined : fence;
    if (fence !== undefined || mark !== undefined) continue;
    heading = headingOf(line) ?? heading;
    if (!line.includes("|") || isDelimiter(line) || !isDelimiter(lines[at + 1])) continue;
    let end = at + 2;
    while (end < lines.length && lines[end]!.trim() !== "" && headingOf(lines[end]!) === undefined) end += 1;
    const rows = lines.slice(at + 2, end).map(cellsOf);
    tables.push({ heading, header: cellsOf(line), rows, nLinesCutOff: countCutOff(lines, end) });
    at = end - 1;
  }
  return tables;
}

const thousands = /^-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
/** Blanks or underscores between groups of three digits: `10 000`, `20_000`. */
const groupedDigits = /^-?[1-9]\d{0,2}(?:[ _\u00A0\u2009\u202F]\d{3})+(?:\.\d+)?$/;
const decimalComma = /^-?(?:0,\d+|\d+,(?:\d{1,2}|\d{4,}))$/;

/**
 * The number in a table cell: thousands separators, percent signs, emphasis and a dictionary with one numeric
 * entry (`{'accuracy': 0.9}`) are unwrapped, `nan` and `inf` are non-finite numbers.
 *
 * @returns `undefined` where the cell is text or empty (`No log`)
 * @example cellNumber("765,414") // 765414
 */
export function cellNumber(cell: string): number | undefined {
  if (cell.length > longestCell) return undefined;
  const text = cell.replace(/[*`]/g, "").replace(/%$/, "").trim();
  if (text === "") return undefined;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (text.startsWith("{")) return soleEntry(text);
  if (thousands.test(text)) return Number(text.replaceAll(",", ""));
  if (groupedDigits.test(text)) return Number(text.replace(/[^\d.-]/g, ""));
  if (decimalComma.test(text)) return Number(text.replace(",", "."));
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** Longer cells hold no number. */
const longestCell = 400;

/** The value of a printed Python dictionary with one numeric entry, perhaps as `np.float64(0.5)`. */
function soleEntry(text: string): number | undefined {
  const colon = text.indexOf(":");
  if (!text.endsWith("}") || colon < 0 || !/^\{\s{0,9}(['"])[^'"]*\1\s{0,9}$/.test(text.slice(0, colon))) {
    return undefined;
  }
  const value = text.slice(colon + 1, -1).trim();
  const open = /^[\w.]{1,40}\(/.exec(value)?.[0].length;
  const inner = open !== undefined && value.endsWith(")") ? value.slice(open, -1) : value;
  return /[,(){}]/.test(inner) ? undefined : cellNumber(inner);
}
