import { parseDelimited } from "../tables/delimited-text.ts";
import type { LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { laterStep, orderRows, type RawRun } from "../mapping/raw-run.ts";
import { rowsOf } from "./csv.ts";

const numberOf = (value: number | string | undefined): number | undefined =>
  typeof value === "number" ? value : undefined;

/** The run of a parsed table; its step is the epoch, counted from 0 in older versions. */
function runOf(table: ReturnType<typeof parseDelimited>): RawRun {
  const metrics = table.header.filter((name) => /^(DEV|TEST)_/.test(name));
  const placed = rowsOf(table).filter((row) => typeof row["EPOCH"] === "number");
  const { rows, warnings } = orderRows(placed, (row) => numberOf(row["EPOCH"]) ?? null);
  const values = (row: (typeof rows)[number]): Record<string, number> =>
    Object.fromEntries(metrics.flatMap((name) => (typeof row[name] === "number" ? [[name, row[name]]] : [])));
  return {
    key: "",
    evaluations: rows.map((row) => ({
      step: numberOf(row["EPOCH"]) ?? null,
      epoch: null,
      values: values(row),
    })),
    training: rows.map((row) => ({
      step: numberOf(row["EPOCH"]) ?? null,
      loss: numberOf(row["TRAIN_LOSS"]),
      lr: numberOf(row["LEARNING_RATE"]),
    })),
    lastStep: rows.reduce<number | null>((last, row) => laterStep(last, numberOf(row["EPOCH"])), null),
    known: table.isCut ? { end: "running" } : {},
    warnings: [...warnings, ...table.warnings],
    stepIsEpoch: true,
  };
}

/** flair's `loss.tsv`: one row per epoch with scores on development and test data. */
export const flairLossTsv: LogReader = {
  format: "flair-loss-tsv",
  title: "flair loss.tsv",
  description: {
    recognised: "`loss.tsv` with `EPOCH` and `BAD_EPOCHS`",
    quality: "`DEV_` columns; `TEST_` columns as test scores",
    plan: "not told",
    end: "not told",
    notRead: "the timestamps, which have no date",
  },
  detect: (file) =>
    /\.tsv$/i.test(file.name) && /^\uFEFF?EPOCH\t.*BAD_EPOCHS/.test(file.headText) ? 0.9 : 0,
  read: async ([file]) => {
    const run = runOf(parseDelimited(await readText(file!), file!.path));
    const hasCurve = run.evaluations.some(({ values }) => Object.keys(values).length > 0);
    return [
      {
        path: file!.path,
        runs: [run],
        warnings: [],
        ...(hasCurve ? {} : { reason: "the table holds no DEV or TEST values." }),
      },
    ];
  },
};
