import { runOfEntries, type ConsoleEntry } from "../consoles/console-run.ts";
import type { LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { delimitedNumber, parseDelimited } from "../tables/delimited-text.ts";

/** Counts of a confusion matrix are no scores. */
const isCount = (name: string): boolean => /^(tp|tn|fp|fn)$/.test(name);

function entryOf(names: readonly string[], cells: readonly string[], delimiter: string): ConsoleEntry {
  const values = names.flatMap((name, index): [string, number][] => {
    const value = delimitedNumber(cells[index]!, delimiter);
    return value === undefined ? [] : [[name, value]];
  });
  const at = (name: string): number | undefined => values.find(([column]) => column === name)?.[1];
  const isScore = ([name]: [string, number]): boolean =>
    name !== "" && name !== "global_step" && name !== "train_loss" && !isCount(name);
  return {
    step: at("global_step"),
    evaluation: Object.fromEntries(values.filter(isScore)),
    training: { loss: at("train_loss") },
  };
}

/**
 * `training_progress_scores.csv` of simpletransformers: every column but `global_step`, `train_loss` and the counts of
 * the confusion matrix is a score on the evaluation set, though it has no prefix.
 */
export const simpletransformersCsv: LogReader = {
  format: "simpletransformers-csv",
  title: "simpletransformers training_progress_scores.csv",
  description: {
    recognised: "`training_progress_scores.csv` with `global_step`",
    quality: "every score column; names without prefix are of the evaluation set",
    plan: "not told",
    end: "not told",
    notRead: "`tp`, `tn`, `fp`, `fn`",
  },
  detect: (file) =>
    file.name === "training_progress_scores.csv" &&
    (/^\uFEFF?"?global_step\b/.test(file.headText) || file.sizeBytes === 0)
      ? 0.85
      : 0,
  read: async ([file]) => {
    const { header, rows, delimiter, warnings } = parseDelimited(await readText(file!), file!.path);
    const run = runOfEntries(rows.map((cells) => entryOf(header, cells, delimiter)));
    const none = run.evaluations.length === 0 ? { reason: "the table holds no evaluation." } : {};
    return [{ path: file!.path, runs: [run], warnings, ...none }];
  },
};
