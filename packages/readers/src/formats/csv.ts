import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { delimitedNumber, parseDelimited, type DelimitedTable } from "../tables/delimited-text.ts";
import { withoutDoubledColumns } from "../tables/doubled-columns.ts";
import { runsOfTable, type GenericRow, type GenericTable } from "../tables/generic-rows.ts";
import { readText } from "../files/log-text.ts";

/** Rows of a parsed table as numbers and texts by column; empty cells are absent. */
export function rowsOf({ header, rows, delimiter }: DelimitedTable): GenericRow[] {
  return rows.map((cells) => {
    const row: Record<string, number | string> = {};
    for (let index = 0; index < cells.length; index += 1) {
      const [name, cell] = [header[index]!, cells[index]!];
      if (cell !== "" && name !== "") row[name] = delimitedNumber(cell, delimiter) ?? cell.trim();
    }
    return row;
  });
}

/** What a format knows of its tables beyond the names of their columns. */
export type TableFacts = Pick<GenericTable, "known" | "bareScoresAreTraining" | "metric">;

/** Reads a CSV or TSV file by the names of its columns. */
export async function readGenericCsv(file: LogFile, facts: TableFacts = {}): Promise<FileReading[]> {
  const parsed = parseDelimited(await readText(file), file.path, { keepsDoubled: true });
  const { table, warnings: doubled } = withoutDoubledColumns(parsed, file.path);
  const names = table.header.filter((name) => name !== "");
  const { runs, reason } = runsOfTable({ ...facts, names, rows: rowsOf(table) });
  const broken =
    table.nBroken > 0 ? [`${table.nBroken} rows have another number of cells than the header.`] : [];
  const warnings = [...doubled, ...broken];
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
