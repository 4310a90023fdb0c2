import { LogFormatError } from "@stopwise/core";
import { duplicatesIn, type DelimitedTable } from "./delimited-text.ts";
import { rolesOf } from "./generic-columns.ts";

/** Whether columns hold the same in every row: one column that was written twice. */
function isWrittenTwice({ header, rows }: DelimitedTable, name: string): boolean {
  const [first, ...others] = header.flatMap((other, index) => (other === name ? [index] : []));
  return rows.every((cells) => others.every((index) => cells[index] === cells[first!]));
}

/**
 * A table in which every column has a name of its own: of columns that were written twice one stays, others that
 * share a name are left out, since it is not known which is which.
 *
 * @param table - as it was parsed, `[nRows, nColumns]`
 * @param file - how the file is named in errors
 * @throws {LogFormatError} when a shared name is that of the step, the epoch or an evaluation
 */
export function withoutDoubledColumns(
  table: DelimitedTable,
  file: string,
): { table: DelimitedTable; warnings: string[] } {
  const doubled = duplicatesIn(table.header);
  if (doubled.length === 0) return { table, warnings: [] };
  const shared = doubled.filter((name) => !isWrittenTwice(table, name));
  const { step, epoch, evaluation, bare } = rolesOf([...new Set(table.header)]);
  const needed = shared.filter((name) => [step, epoch, ...evaluation, ...bare].includes(name));
  if (needed.length > 0) {
    const rule = `the header names ${needed.join(", ")} more than once.`;
    throw new LogFormatError({ file, line: 1 }, rule, "Rename the columns so that each name is unique.");
  }
  const header = table.header.map((name, index) =>
    shared.includes(name) || table.header.indexOf(name) !== index ? "" : name,
  );
  const warnings =
    shared.length > 0
      ? [`the header names ${shared.join(", ")} more than once: these columns are left out.`]
      : [];
  return { table: { ...table, header }, warnings };
}
