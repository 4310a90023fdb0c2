import { LogFormatError } from "@stopwise/core";
import type { LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";

type Entries = Readonly<Record<string, unknown>>;
type Columns = ReadonlyMap<string, readonly unknown[]>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A column as pandas writes it: a list, or an object whose keys are the row numbers. */
function columnOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (!isEntries(value)) return undefined;
  const keys = Object.keys(value);
  return keys.every((key) => /^\d+$/.test(key)) ? Object.values(value) : undefined;
}

/** The columns of `orient="columns"`, of lists, or of `orient="split"`. */
function columnsOf(content: unknown): Columns {
  if (!isEntries(content)) return new Map();
  const { columns, data } = content;
  if (Array.isArray(columns) && Array.isArray(data)) {
    const rows = data as unknown[];
    return new Map(
      (columns as unknown[]).map((name, at): [string, unknown[]] => [
        String(name),
        rows.map((row) => (Array.isArray(row) ? (row as unknown[])[at] : undefined)),
      ]),
    );
  }
  const found = Object.entries(content).map(([name, value]) => [name, columnOf(value)] as const);
  return new Map(found.filter((pair): pair is [string, readonly unknown[]] => pair[1] !== undefined));
}

function rowsOf(columns: Columns): GenericRow[] {
  const nRows = [...columns.values()].reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: nRows }, (_, index) => {
    const cells = [...columns].flatMap(([name, values]): [string, number | string][] => {
      const cell = values[index];
      const value = loggedNumber(cell) ?? (typeof cell === "string" ? cell : undefined);
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(cells);
  });
}

const placeColumn =
  /"(?:step|global_step|epoch|iteration|training_iteration|iter)"\s*:\s*(?:\{\s*"0"\s*:|\[\s*(?:-?\d|null))/;
const byColumns = /^\s*\{\s*"[^"]+"\s*:\s*(?:\{\s*"0"\s*:|\[\s*(?:-?\d|null|NaN|"))/;
const bySplit = /^\s*\{\s*"columns"\s*:\s*\[[^\]]*"(?:step|global_step|epoch|iteration|training_iteration)"/;

/**
 * A table that pandas wrote as JSON, such as `pd.DataFrame(trainer.state.log_history).to_json()`: columns by row
 * number, columns as lists, or `orient="split"`. Rows are placed by their step or epoch column, not by their number.
 */
export const dataframeJson: LogReader = {
  format: "dataframe-json",
  title: "DataFrame as JSON",
  description: {
    recognised:
      "a `.json` object of columns by row number, of lists, or with `columns` and `data`; one is a step or epoch",
    quality: "columns with an evaluation prefix or suffix, else bare scores",
    plan: "a column such as `max_steps` with one value",
    end: "not told",
    notRead: "cells that are neither number nor text",
  },
  detect: (file) => {
    if (!/\.json$/i.test(file.name)) return 0;
    const text = file.headText;
    return bySplit.test(text) ||
      (byColumns.test(text) && placeColumn.test(text) && !/"history"\s*:/.test(text))
      ? 0.66
      : 0;
  },
  read: async ([file], hints) => {
    const columns = columnsOf(await readJson(file!));
    if (columns.size === 0) {
      throw new LogFormatError({ file: file!.path }, "holds no columns.", "Save the table with to_json().");
    }
    const table = { names: [...columns.keys()], rows: rowsOf(columns), metric: hints?.metric };
    const { runs, reason } = runsOfTable(table);
    return [
      {
        path: file!.path,
        runs,
        warnings: [],
        ...(reason === undefined ? {} : { reason: `the table ${reason}` }),
      },
    ];
  },
};
