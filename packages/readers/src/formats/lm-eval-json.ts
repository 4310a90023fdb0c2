import { LogFormatError } from "@stopwise/core";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import { laterStep, type Evaluation } from "../mapping/raw-run.ts";

const stepInPath = /(?:step|checkpoint|ckpt|iter|global_step)[-_]?(\d+)/i;

const isEntries = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The step that a file's name, else its folder's, tells. */
function stepOf(file: LogFile): number | null {
  const folder = file.path.split("/").at(-2) ?? "";
  const found = stepInPath.exec(file.name) ?? stepInPath.exec(folder);
  return found === null ? null : Number(found[1]);
}

/** Scores named `task/metric`, without standard errors; newer files write `metric,filter`. */
function scoresOf(results: Readonly<Record<string, unknown>>): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const [task, metrics] of Object.entries(results)) {
    if (!isEntries(metrics)) continue;
    for (const [name, value] of Object.entries(metrics)) {
      const number = typeof value === "number" ? loggedNumber(value) : undefined;
      if (number !== undefined && !/_stderr(,|$)/.test(name))
        scores[`${task}/${name.replace(/,none$/, "")}`] = number;
    }
  }
  return scores;
}

async function evaluationOf(file: LogFile): Promise<Evaluation> {
  const content = await readJson(file);
  const results = isEntries(content) ? content["results"] : undefined;
  if (!isEntries(results)) {
    throw new LogFormatError(
      { file: file.path, field: "results" },
      "must be an object of tasks.",
      "Restore the file.",
    );
  }
  return { step: stepOf(file), epoch: null, values: scoresOf(results) };
}

async function readUnit(files: readonly LogFile[]): Promise<FileReading[]> {
  const readings: FileReading[] = [];
  const read: { file: LogFile; evaluation: Evaluation }[] = [];
  for (const file of files) {
    try {
      read.push({ file, evaluation: await evaluationOf(file) });
    } catch (error) {
      if (!(error instanceof LogFormatError)) throw error;
      readings.push({ path: file.path, runs: [], failure: error, warnings: [] });
    }
  }
  read.sort((left, right) => (left.evaluation.step ?? -1) - (right.evaluation.step ?? -1));
  const primary = read.at(-1)?.file.path;
  const evaluations = read.map(({ evaluation }) => evaluation);
  const lastStep = evaluations.reduce<number | null>((last, { step }) => laterStep(last, step), null);
  for (const { file } of read) {
    if (file.path !== primary) readings.push({ path: file.path, runs: [], partOf: primary!, warnings: [] });
    else {
      const run = { key: "", evaluations, training: [], lastStep, known: {}, warnings: [] };
      readings.push({ path: file.path, runs: [run], warnings: [] });
    }
  }
  return readings;
}

/**
 * Results of the LM evaluation harness: one checkpoint a file, its step in the name. The files of a folder whose
 * names differ in the step alone are one run with many metrics, listed under the last step.
 */
export const lmEvalJson: LogReader = {
  format: "lm-eval-json",
  title: "LM evaluation harness results",
  description: {
    recognised: "a `.json` that begins with `results` or `config_general`",
    quality: "every score of every task; standard errors left out",
    plan: "not told",
    end: "not told",
    notRead: "samples",
  },
  detect: (file) => {
    if (!/\.json$/i.test(file.name)) return 0;
    return /^\uFEFF?\s*\{\s*"(results|config_general)"\s*:\s*\{/.test(file.headText) ? 0.85 : 0;
  },
  unitOf: (file) => file.path.replace(stepInPath, "step"),
  read: readUnit,
};
