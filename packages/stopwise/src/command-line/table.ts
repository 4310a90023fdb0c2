import { printable } from "./printable.ts";

/** A column of a printed table. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string | number | null | undefined;
  /** Numbers stand right. */
  readonly align?: "left" | "right";
  /** Longer text loses its middle, so that both its beginning and its end can be read. */
  readonly maxWidth?: number;
}

/** Thousands apart. Not by `toLocaleString`: its first call reads the tables of all languages, a tenth of a start-up. */
const grouped = (whole: number): string => String(whole).replace(/\B(?=(\d{3})+$)/g, ",");

/** A number with few digits: whole ones grouped by thousands, others with four significant digits. */
export function shortNumber(value: number): string {
  if (Number.isSafeInteger(value)) return grouped(value);
  return Math.abs(value) >= 1000 ? grouped(Math.round(value)) : String(Number(value.toPrecision(4)));
}

function cellText(value: string | number | null | undefined, maxWidth = Infinity): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "-";
  if (typeof value === "number") return shortNumber(value);
  const text = printable(value);
  if (text.length <= maxWidth) return text;
  const kept = maxWidth - 1;
  return `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
}

/**
 * Rows as text with aligned columns, a title line first; missing values show as `-`.
 *
 * @param rows - what is listed
 * @param columns - from left to right
 */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map(({ value, maxWidth }) => cellText(value(row), maxWidth)));
  const lines = [columns.map(({ title }) => title), ...cells];
  const widths = columns.map((_, i) => lines.reduce((width, line) => Math.max(width, line[i]!.length), 0));
  const pad = (text: string, i: number): string =>
    columns[i]!.align === "right" ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
