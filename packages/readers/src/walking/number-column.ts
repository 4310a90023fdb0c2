import { InvalidInputError } from "@stopwise/core";

/** A column of numbers without a header; `steps` is empty where no column of steps stands before it. */
export interface NumberColumn {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

const number = /^[+-]?(?:(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?|nan|inf|infinity)$/i;

function valueOf(cell: string): number {
  const word = /^([+-]?)(nan|inf|infinity)$/i.exec(cell);
  if (word === null) return Number(cell.replace(",", "."));
  if (/nan/i.test(word[2]!)) return Number.NaN;
  return word[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Cells of a line: split at semicolons, tabs and blanks, where a comma is a decimal point; else at commas. */
const cellsOf = (line: string): string[] =>
  (/[;\t ]/.test(line) ? line.split(/[;\t ]+/) : line.split(",")).map((cell) => cell.trim());

/**
 * Reads a text whose lines are numbers alone: one a line, all in one line, or a rising step and a value a line.
 *
 * @returns `undefined` where the first line is no line of numbers: the text has a header, or is a log
 * @throws {InvalidInputError} where a line has other cells than the first, the first of two columns is no step, or
 *   `0,5` may be a decimal comma as well as two cells
 */
export function bareColumn(text: string, path: string): NumberColumn | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const cells = lines.map(cellsOf);
  const [first] = cells;
  if (first === undefined || !first.every((cell) => number.test(cell))) return undefined;
  const refuse = (rule: string, hint: string): never => {
    throw new InvalidInputError(`${path} ${rule}`, hint);
  };
  if (lines.every((line) => /^[+-]?\d+,\d+$/.test(line))) {
    return refuse(
      `has lines such as ${lines[0]!}, a decimal comma or two columns.`,
      "Write decimal points, or divide the columns by semicolons.",
    );
  }
  if (cells.length === 1 && first.length > 2) return { steps: [], values: first.map(valueOf) };
  if (first.length > 2) return refuse("has several columns and no header.", "Add a line with their names.");
  const wrong = cells.findIndex(
    (row) => row.length !== first.length || !row.every((cell) => number.test(cell)),
  );
  if (wrong >= 0) {
    const wanted = first.length === 1 ? "one number" : "a step and a value";
    return refuse(`must hold ${wanted} a line, got ${lines[wrong]!.slice(0, 40)}.`, "Correct the line.");
  }
  const rows = cells.map((row) => row.map(valueOf));
  if (first.length === 1) return { steps: [], values: rows.map(([value]) => value!) };
  const steps = rows.map(([step]) => step!);
  if (!steps.every((step, index) => step >= 0 && step < Infinity && !(step <= (steps[index - 1] ?? -1)))) {
    return refuse("has two columns whose first is no rising step.", "Add a line with their names.");
  }
  return { steps, values: rows.map(([, value]) => value!) };
}
