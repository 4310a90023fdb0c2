import { LogFormatError } from "@stopwise/core";
import type { LogFile, LogReader } from "../contract.ts";
import { readText } from "../files/log-text.ts";
import { parsePythonLiteral } from "../files/python-literal.ts";
import { runsOfTable } from "../tables/generic-rows.ts";
import { flattened } from "./jsonl.ts";

const isEntries = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function rowsOf(file: LogFile): Promise<Readonly<Record<string, unknown>>[]> {
  const text = (await readText(file)).trim().replace(/^(?:log_history|history)\s*=\s*/, "");
  const value = parsePythonLiteral(text);
  const list = isEntries(value) && Array.isArray(value["log_history"]) ? value["log_history"] : value;
  const rows = Array.isArray(list) ? list.filter(isEntries) : [];
  if (rows.length > 0) return rows;
  const rule = value === undefined ? "is no complete Python list of dictionaries." : "holds no rows.";
  throw new LogFormatError({ file: file.path }, rule, "Save it with json.dump.");
}

/** `trainer.state.log_history` as Python prints it: `[{'loss': 1.2, 'step': 50}, {'eval_loss': 1.1, 'step': 50}]`. */
export const logHistoryRepr: LogReader = {
  format: "log-history-repr",
  title: "log_history as Python prints it",
  description: {
    recognised: "a text file or `.json` that begins with a list of dictionaries in Python's spelling",
    quality: "`eval_` values and others with an evaluation prefix",
    plan: "a value such as `max_steps` that every row has",
    end: "not told",
    notRead: "objects that are no numbers, texts, lists or dictionaries",
  },
  detect: (file) =>
    /\.(txt|log|out|json|repr|py)$/i.test(file.name) &&
    /^\s*(?:\w+\s*=\s*)?(?:\{\s*'log_history'\s*:\s*)?\[\s*\{\s*'\w+'\s*:/.test(file.headText) &&
    /'(?:step|epoch)'\s*:/.test(file.headText)
      ? 0.75
      : 0,
  read: async ([file], hints) => {
    const rows = (await rowsOf(file!)).map((row) => flattened(row));
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const { runs, reason } = runsOfTable({ names, rows, metric: hints?.metric });
    return [
      {
        path: file!.path,
        runs,
        warnings: [],
        ...(reason === undefined ? {} : { reason: `the list ${reason}` }),
      },
    ];
  },
};
