import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { delimitedNumber, parseDelimited, type DelimitedTable } from "../tables/delimited-text.ts";
import { runsOfTable, type GenericRow, type GenericTable } from "../tables/generic-rows.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";
import { readText } from "../files/log-text.ts";

/** Rows of a parsed table as numbers and texts by column; empty cells are absent. */
export function rowsOf({ header, rows, numberMark }: DelimitedTable): GenericRow[] {
  return rows.map((cells) => {
    const row = Object.create(null) as Record<string, number | string>;
    for (let index = 0; index < cells.length; index += 1) {
      const [name, cell] = [header[index]!, cells[index]!];
      if (cell !== "" && name !== "") row[name] = delimitedNumber(cell, numberMark) ?? cell.trim();
    }
    return row;
  });
}

/** How cells without a value are written. */
const missing = /^(none|null|na|n\/a|nil|-|--|\?|no log|<na>)?$/i;

/** Cells without a number in columns that hold numbers else, named by their first row. */
function unreadCells(names: readonly string[], rows: readonly GenericRow[]): string[] {
  return names.flatMap((name) => {
    let [nTexts, nNumbers, first] = [0, 0, -1];
    for (let index = 0; index < rows.length; index += 1) {
      const value = rows[index]![name];
      if (typeof value === "number") nNumbers += 1;
      else if (typeof value === "string" && !missing.test(value)) {
        nTexts += 1;
        if (first < 0) first = index;
      }
    }
    if (nTexts === 0 || nTexts * 5 > nNumbers) return [];
    const shown = JSON.stringify(String(rows[first]![name]).slice(0, 20));
    return [`${nTexts} cells of ${name} are no numbers and left out: row ${first + 1} has ${shown}.`];
  });
}

/** What a format knows of its tables beyond the names of their columns. */
export type TableFacts = Pick<GenericTable, "known" | "bareScoresAreTraining" | "metric">;

/** Reads a CSV or TSV file by the names of its columns. */
export async function readGenericCsv(file: LogFile, facts: TableFacts = {}): Promise<FileReading[]> {
  const table = parseDelimited(await readText(file), file.path);
  const names = table.header.filter((name) => name !== "");
  const rows = rowsOf(table);
  const known: KnownFacts = { ...(table.isCut ? { end: "running" } : {}), ...facts.known };
  const { runs, reason } = runsOfTable({ ...facts, names, rows, known });
  const warnings = [...table.warnings, ...unreadCells(names, rows)];
  return [
    { path: file.path, runs, warnings, ...(reason === undefined ? {} : { reason: `the table ${reason}` }) },
  ];
}

/**
 * Any CSV or TSV with a step, epoch or token column, wide or long (`step, metric, value`), one run or several told
 * apart by a run column. Empty cells are missing.
 */
export const csv: LogReader = {
  format: "csv",
  title: "CSV table",
  description: {
    recognised: "a `.csv` or `.tsv` table with a step, epoch or token column",
    quality:
      "columns with an evaluation prefix or suffix, else bare scores; a long table (`step, metric, value`) by its metrics",
    plan: "a column such as `max_steps` with one value",
    end: "not told",
    notRead:
      "tables without a step, epoch or token column; rows with another number of cells than the header",
  },
  detect: (file) =>
    /\.(csv|tsv)$/i.test(file.name) && (file.headText !== "" || file.sizeBytes === 0) ? 0.3 : 0,
  read: ([file], hints) => readGenericCsv(file!, { metric: hints?.metric }),
};
