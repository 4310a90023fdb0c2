import { LogFormatError } from "@stopwise/core";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import type { RawRun } from "../mapping/raw-run.ts";

const notAMetric = /_(runtime|samples|(samples|steps|tokens)_per_second|time)$/;

/** The final values as one evaluation without a step. */
function finalValues(entries: Readonly<Record<string, unknown>>): RawRun | undefined {
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(entries)) {
    const number =
      /^(eval|test|predict)_/.test(name) && !notAMetric.test(name) ? loggedNumber(value) : undefined;
    if (number !== undefined) values[name] = number;
  }
  if (Object.keys(values).length === 0) return undefined;
  const epoch = loggedNumber(entries["epoch"]) ?? null;
  return {
    key: "",
    evaluations: [{ step: null, epoch, values }],
    training: [],
    lastStep: null,
    known: {},
    warnings: [],
  };
}

async function read([file]: readonly LogFile[]): Promise<FileReading[]> {
  const { path } = file!;
  const content = await readJson(file!);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new LogFormatError(
      { file: path },
      "is no JSON object.",
      "Restore the file, or remove it from the folder.",
    );
  }
  const run = finalValues({ ...content });
  const reason =
    run === undefined
      ? "training summary without evaluation values."
      : "final values only, without a step: no curve.";
  return [{ path, runs: run === undefined ? [] : [run], reason, warnings: [] }];
}

/** Hugging Face `all_results.json` and the like: values after training, of which the facts are told and no curve. */
export const hfResultsJson: LogReader = {
  format: "hf-results-json",
  title: "Hugging Face final results",
  description: {
    recognised: "`all_results.json`, `eval_results.json` and the like",
    quality: "nothing: final values are no curve",
    plan: "not told",
    end: "not told",
    notRead: "any curve, there is none; the sample counts are used beside a trainer's log",
  },
  detect: (file) => {
    if (/^(all|eval|train|test|predict)_results\.json$/.test(file.name)) return 0.9;
    return file.name === "metrics.json" &&
      /"(train_runtime|eval_loss|train_loss|eval_runtime)"/.test(file.headText)
      ? 0.9
      : 0;
  },
  read,
};
