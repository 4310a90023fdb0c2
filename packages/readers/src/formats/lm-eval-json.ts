import { LogFormatError } from "@stopwise/core";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import { laterStep, type Evaluation } from "../mapping/raw-run.ts";

const stepInPath = /(?:step|checkpoint|ckpt|iter|global_step)[-_]?(\d+)/i;

const isEntries = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Harness 0.4 names a file after the time and its folder after the checkpoint. */
const timeInName = /_\d{4}-\d\d-\d\dT[\d:.-]+(?=\.json$)/;

/** Keys that stand beside the results, which need not come first. */
const ownKeys = /"(?:n-samples|n-shot|higher_is_better|group_subtasks|model_name_sanitized)"\s*:/;

/** The step that a file's name, else the innermost folder that has one, tells. */
function stepOf(file: LogFile): number | null {
  const parts = file.path.split("/").map((part) => stepInPath.exec(part.replace(timeInName, "")));
  const found = parts.filter((match) => match !== null).at(-1);
  return found === undefined ? null : Number(found[1]);
}

/** The path without what tells checkpoints apart: files of one key are one run. */
function unitOf({ path }: LogFile): string {
  const parts = path.replace(timeInName, "").split("/");
  const at = parts.findLastIndex((part) => stepInPath.test(part));
  return parts.map((part, index) => (index === at ? part.replace(stepInPath, "step") : part)).join("/");
}

/** The number of examples, where every task was scored on as many. */
function evalSizeOf(content: Readonly<Record<string, unknown>>): number | undefined {
  const counts = isEntries(content["n-samples"]) ? Object.values(content["n-samples"]) : [];
  const sizes = new Set(
    counts.map((count) => (isEntries(count) ? loggedNumber(count["effective"]) : undefined)),
  );
  return sizes.size === 1 ? [...sizes][0] : undefined;
}

/** `task/metric` for the first of the filters through which a metric was taken: `gsm8k/exact_match,strict-match`. */
function aliasesOf(names: readonly string[]): Record<string, string> {
  const plain = new Map<string, string>();
  for (const name of names) {
    const short = name.split(",", 1)[0]!;
    if (short !== name && !names.includes(short) && !plain.has(short)) plain.set(short, name);
  }
  return Object.fromEntries([...plain].map(([short, name]) => [name, short]));
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

async function evaluationOf(
  file: LogFile,
): Promise<{ evaluation: Evaluation; evalSize: number | undefined }> {
  const content = await readJson(file);
  const results = isEntries(content) ? content["results"] : undefined;
  if (!isEntries(results)) {
    throw new LogFormatError(
      { file: file.path, field: "results" },
      "must be an object of tasks.",
      "Restore the file.",
    );
  }
  const evaluation = { step: stepOf(file), epoch: null, values: scoresOf(results) };
  return { evaluation, evalSize: evalSizeOf({ ...(content as object) }) };
}

async function readUnit(files: readonly LogFile[]): Promise<FileReading[]> {
  const readings: FileReading[] = [];
  const read: { file: LogFile; evaluation: Evaluation; evalSize: number | undefined }[] = [];
  for (const file of files) {
    try {
      read.push({ file, ...(await evaluationOf(file)) });
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
      const names = [...new Set(evaluations.flatMap(({ values }) => Object.keys(values)))];
      const known = { evalSize: read.at(-1)!.evalSize };
      const aliases = aliasesOf(names);
      const run = { key: "", evaluations, training: [], lastStep, known, aliases, warnings: [] };
      readings.push({ path: file.path, runs: [run], warnings: [] });
    }
  }
  return readings;
}

/**
 * Results of the LM evaluation harness: one checkpoint a file, its step in the name or, from version 0.4 on, in that of
 * the folder. Files whose paths differ in the step (and the time) alone are one run with many metrics, listed under the
 * last step.
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
    const text = file.headText;
    if (/^\uFEFF?\s*\{\s*"(results|config_general)"\s*:\s*\{/.test(text)) return 0.85;
    return ownKeys.test(text) && /"results"\s*:\s*\{/.test(text) && text.trimStart().startsWith("{")
      ? 0.85
      : 0;
  },
  unitOf,
  read: readUnit,
};
