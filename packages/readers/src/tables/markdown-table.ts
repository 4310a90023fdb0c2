/** A table of a Markdown document with the cells as written. */
export interface MarkdownTable {
  /** Text of the heading above the table; empty where there is none. */
  readonly heading: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Lines that look like further rows behind a blank line: a cell with a line break cut the table. */
  readonly nLinesCutOff: number;
}

const delimiterRow = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const headingLine = /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/;

/** Cells of a table line, trimmed, without the outer pipes; `\|` is a pipe inside a cell. */
export function cellsOf(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

const isDelimiter = (line: string | undefined): boolean =>
  line !== undefined && line.includes("|") && line.includes("-") && delimiterRow.test(line);

function countCutOff(lines: readonly string[], from: number): number {
  let count = 0;
  for (let at = from; at < lines.length; at += 1) {
    if (headingLine.test(lines[at]!) || isDelimiter(lines[at + 1])) break;
    if (/^\|.*\|/.test(lines[at]!)) count += 1;
  }
  return count;
}

/** The text with HTML comments blanked out, their line breaks kept; a comment that is not closed is text. */
const withoutComments = (text: string): string =>
  text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\r\n]+/g, ""));

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
    heading = headingLine.exec(line)?.[1] ?? heading;
    if (!line.includes("|") || isDelimiter(line) || !isDelimiter(lines[at + 1])) continue;
    let end = at + 2;
    while (end < lines.length && lines[end]!.trim() !== "" && !headingLine.test(lines[end]!)) end += 1;
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
  const text = cell.replace(/[*`]/g, "").replace(/%$/, "").trim();
  if (text === "") return undefined;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (text.startsWith("{")) return soleEntry(text);
  if (thousands.test(text)) return Number(text.replaceAll(",", ""));
  if (groupedDigits.test(text)) return Number(text.replace(/[^\d.-]/g, ""));
  if (decimalComma.test(text)) return Number(text.replace(",", "."));
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The value of a printed Python dictionary with one numeric entry, in linear time. */
function soleEntry(text: string): number | undefined {
  const entry = /^\{\s?['"][^'"]*['"]\s?:([^{}]*)\}$/.exec(text)?.[1]?.trim();
  const inner = entry
    ?.replace(/^[\w.]{1,40}\(/, "")
    .replace(/\)$/, "")
    .trim();
  return inner === undefined || /[,(){}]/.test(inner) ? undefined : cellNumber(inner);
}
