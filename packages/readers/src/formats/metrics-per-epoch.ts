import { dirname } from "node:path";
import { LogFormatError } from "@stopwise/core";
import { runOfEntries, type ConsoleEntry } from "../consoles/console-run.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { rolesOf } from "../tables/generic-columns.ts";
import { flattened } from "./jsonl.ts";

const fileName =
  /^(?:(?:metrics?|scores?|val(?:idation)?(?:_metrics)?|eval(?:_metrics|_results)?|results?)[_-])?(epoch|step)[_-]?(\d+)(?:[_-](?:metrics?|scores?|results?|val|eval))?\.json$/i;

interface Evaluated {
  readonly file: LogFile;
  readonly at: number;
  readonly row: Readonly<Record<string, number | string>>;
}

/** Values that stand for the run so far, not for this epoch. */
const isBookkeeping = (name: string): boolean =>
  /^(best|peak|worker|total|mean_time|avg_time)_|(^|_)(epochs?|duration|time|seconds|memory\w*|runtime)$/i.test(
    name,
  );

async function evaluatedOf(file: LogFile): Promise<Evaluated> {
  const content = await readJson(file);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new LogFormatError({ file: file.path }, "is no JSON object.", "Restore the file.");
  }
  return { file, at: Number(fileName.exec(file.name)![2]), row: flattened({ ...content }) };
}

function entriesOf(files: readonly Evaluated[], isStep: boolean): ConsoleEntry[] {
  const names = [...new Set(files.flatMap(({ row }) => Object.keys(row)))].filter(
    (name) => !isBookkeeping(name),
  );
  const roles = rolesOf(names);
  const scored = roles.evaluation.length > 0 ? roles.evaluation : roles.bare;
  return files.map(({ at, row }) => {
    const value = (name: string | undefined): number | undefined => {
      const found = name === undefined ? undefined : row[name];
      return typeof found === "number" ? found : undefined;
    };
    const scores = scored.flatMap((name): [string, number][] => {
      const score = value(name);
      return score === undefined ? [] : [[name, score]];
    });
    return {
      ...(isStep ? { step: at } : { epoch: at }),
      evaluation: Object.fromEntries(scores),
      training: { loss: value(roles.trainLoss), gradNorm: value(roles.gradNorm), lr: value(roles.lr) },
    };
  });
}

async function readUnit(files: readonly LogFile[]): Promise<FileReading[]> {
  const read: Evaluated[] = [];
  const readings: FileReading[] = [];
  for (const file of files) {
    try {
      read.push(await evaluatedOf(file));
    } catch (error) {
      if (!(error instanceof LogFormatError)) throw error;
      readings.push({ path: file.path, runs: [], failure: error, warnings: [] });
    }
  }
  if (read.length === 0) return readings;
  read.sort((left, right) => left.at - right.at);
  const primary = read.at(-1)!.file.path;
  const isStep = /step/i.test(fileName.exec(read[0]!.file.name)![1]!);
  const run = runOfEntries(entriesOf(read, isStep));
  const none = run.evaluations.length === 0 ? { reason: "holds no evaluation value." } : {};
  for (const { file } of read) {
    const own = file.path === primary ? { runs: [run] } : { runs: [], partOf: primary };
    readings.push({ path: file.path, ...own, warnings: [], ...none });
  }
  return readings;
}

/**
 * One file of metrics an epoch (or step), as AllenNLP and many home-made trainers write: `metrics_epoch_0.json`,
 * `metrics_epoch_1.json`. The files of a folder are one run, listed under the last.
 */
export const metricsPerEpoch: LogReader = {
  format: "metrics-per-epoch",
  title: "one file of metrics an epoch",
  description: {
    recognised:
      "`metrics_epoch_N.json`, `epoch_N.json`, `eval_step_N.json` and the like; those of a folder are one run",
    quality: "values with an evaluation prefix, else bare scores",
    plan: "not told",
    end: "not told",
    notRead: "`best_...` values, durations, memory",
  },
  detect: (file) =>
    fileName.test(file.name) && (file.headText.trimStart().startsWith("{") || file.sizeBytes === 0)
      ? 0.83
      : 0,
  unitOf: (file) => `${dirname(file.path)}\n${fileName.exec(file.name)?.[1]?.toLowerCase() ?? ""}`,
  read: readUnit,
};
