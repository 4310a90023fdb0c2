import type { LogFile, LogReader } from "../contract.ts";
import { delimiterOf } from "../tables/delimited-text.ts";
import { readGenericCsv } from "./csv.ts";

function isKeras(file: LogFile): boolean {
  const line = file.headText.replace(/^\uFEFF/, "").split(/\r?\n/, 1)[0]!;
  const names = line.split(delimiterOf(line)).map((name) => name.trim());
  return names[0] === "epoch" && (names.includes("loss") || names.includes("val_loss"));
}

/**
 * CSVLogger of Keras: one row per epoch, counted from 0; `val_` columns are the evaluation, `NA` is missing. With
 * `append=True` the file goes on after a restart, which a falling epoch shows.
 */
export const kerasCsv: LogReader = {
  format: "keras-csv",
  title: "Keras CSVLogger",
  description: {
    recognised: "a table whose first column is `epoch` and that has `loss` or `val_loss`",
    quality: "`val_` columns",
    plan: "not told",
    end: "not told",
    notRead: "columns without `val_`, which are of the training data",
  },
  detect: (file) => (/\.(csv|tsv|log|txt)$/i.test(file.name) && isKeras(file) ? 0.7 : 0),
  read: ([file]) => readGenericCsv(file!, { bareScoresAreTraining: true }),
};
