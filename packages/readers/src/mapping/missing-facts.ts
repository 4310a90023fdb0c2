import type { RunRecord } from "@stopwise/core";
import type { IngestReport } from "../walking/ingest-report.ts";
import { fitsWithin } from "./path-glob.ts";
import { runFolderOf } from "./run-identity.ts";
import type { RunFacts } from "./task-facts.ts";

/** What is asked for a missing fact: the field, and what to write there. Values are left to the user. */
const questions: Readonly<Record<string, readonly [field: string, hint: string]>> = {
  task: ["task", "name of the task or data set; runs of one task are a group"],
  family: ["family", "model family, such as t5"],
  params: ["params", "parameters of the model, such as 60M"],
  datasetSize: ["datasetSize", "training examples, such as 20k"],
  answerLength: ["answerLength", "typical answer length in tokens; 1 for classification"],
  evalSize: ["evalSize", "questions in the evaluation set"],
  plan: ["plannedSteps", "steps (or plannedEpochs, plannedTokens) planned before the run started"],
  tokens: ["tokensPerStep", "training tokens of one optimiser step"],
  quality: ["metric", "name of the quality metric, if the log has one"],
};

/** Facts that belong to the task; the others differ from run to run. */
const order = [
  "task",
  "datasetSize",
  "answerLength",
  "evalSize",
  "family",
  "params",
  "plan",
  "tokens",
  "quality",
];

interface Lacking {
  readonly folder: string;
  readonly path: string;
  readonly record: RunRecord;
  readonly missing: readonly string[];
}

function lackingRuns(report: IngestReport): Lacking[] {
  return report.files.flatMap(({ path, format, runs }) =>
    runs.flatMap(({ record, missing }) =>
      record === undefined || missing.length === 0 || format === "run-record"
        ? []
        : [{ folder: runFolderOf(path), path, record, missing }],
    ),
  );
}

const parentOf = (folder: string): string => folder.split("/").slice(0, -1).join("/");

/** What is left of a run's folder name without what tells seeds, rates and trials apart. */
const stemOf = (folder: string): string =>
  folder
    .split("/")
    .at(-1)!
    .toLowerCase()
    .replace(/\d[\d.e]*/g, "#")
    .replace(/([-_.]?(seed|run|trial|fold|version|lr|bs|v|s)?[-_=]?#)+/g, "#");

/**
 * Runs that are asked about together: of one task where it is told; else those whose folders lie side by side and are
 * named alike, with the same metric, as the seeds of one task are.
 */
function clusterOf({ folder, record }: Lacking): string {
  if (typeof record.task === "string") return `task\n${record.task}`;
  return ["runs", parentOf(folder), stemOf(folder), record.metric].join("\n");
}

const commonStart = (left: string, right: string): string => {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length += 1;
  return left.slice(0, length);
};

/** A glob and the beginning of every path that it fits. */
type Prefixed = readonly [glob: string, prefix: string];

const below = (folder: string): Prefixed => (folder === "" ? ["**", ""] : [`${folder}/**`, `${folder}/`]);

/** Globs that fit all runs of a cluster and none of the others: few where they suffice. */
function globsOf(own: readonly Lacking[], others: readonly Lacking[]): string[] {
  const isFree = ([, prefix]: Prefixed): boolean => !others.some(({ path }) => path.startsWith(prefix));
  const folders = [...new Set(own.map(({ folder }) => folder))].sort();
  const parents = new Set(folders.map(parentOf));
  const parent = parentOf(folders[0]!);
  const start = folders.reduce(commonStart);
  const candidates: Prefixed[] = [];
  if (folders.length === 1) candidates.push(below(folders[0]!));
  else if (parents.size === 1 && !/[*?]/.test(start)) {
    candidates.push(below(parent));
    if (start.length > parent.length + 1) candidates.push([`${start}*/**`, start]);
  }
  const found = candidates.find(isFree);
  if (found !== undefined) return [found[0]];
  const single = folders.map(below);
  // Other runs lie below the same folder: the files themselves are named.
  return single.every(isFree)
    ? single.map(([glob]) => glob)
    : [...new Set(own.map(({ path }) => path))].sort();
}

interface Question {
  readonly globs: readonly string[];
  readonly nRuns: number;
  readonly task: string | undefined;
  readonly missing: ReadonlySet<string>;
}

/** Whether an entry of the user's file is about every run of a cluster already. */
const isAsked = (own: readonly Lacking[], facts: RunFacts | undefined): boolean =>
  facts?.runs.some(({ path: globs }) =>
    own.every(({ path }) => [globs].flat().some((glob) => fitsWithin(glob, path))),
  ) === true;

function questionsOf(report: IngestReport, facts: RunFacts | undefined): Question[] {
  const clusters = new Map<string, Lacking[]>();
  const all = lackingRuns(report);
  for (const run of all) {
    const key = clusterOf(run);
    const cluster = clusters.get(key);
    if (cluster === undefined) clusters.set(key, [run]);
    else cluster.push(run);
  }
  return [...clusters.values()]
    .filter((own) => !isAsked(own, facts))
    .map((own) => {
      const inside = new Set(own);
      return {
        globs: globsOf(
          own,
          all.filter((run) => !inside.has(run)),
        ),
        nRuns: own.length,
        task: own[0]!.record.task ?? undefined,
        missing: new Set(own.flatMap(({ missing }) => missing)),
      };
    })
    .sort((left, right) => (left.globs[0]! < right.globs[0]! ? -1 : 1));
}

function entryLines({ globs, nRuns, task, missing }: Question): string[] {
  const shown =
    globs.length === 1
      ? JSON.stringify(globs[0])
      : `[${globs.map((glob) => JSON.stringify(glob)).join(", ")}]`;
  const of = task === undefined ? "" : ` of ${task.replace(/[^\w.+/ -]/g, "?")}`;
  const lines = order
    .filter((fact) => missing.has(fact))
    .map((fact) => {
      const [field, hint] = questions[fact]!;
      return `    # ${`${field}:`.padEnd(15)} # ${hint}`;
    });
  return [`  - path: ${shown} # ${nRuns} ${nRuns === 1 ? "run" : "runs"}${of}`, ...lines];
}

/**
 * The `stopwise.yaml` that a user fills in after an ingest: one entry per task, each missing fact as a comment without
 * a value. It is valid as it stands and changes nothing until a value is written.
 *
 * @param report - of the ingest
 * @param facts - the user's file; what it has entries for is not asked again
 */
export function missingFactsYaml(report: IngestReport, facts?: RunFacts): string {
  const entries = questionsOf(report, facts).flatMap(entryLines);
  return [
    "# Facts that the logs lack. Write a value behind the name, remove the # before it, and ingest again.",
    "# Numbers may be written as 20000, 20k or 1.5B. Paths are globs: * within a folder, ** across folders;",
    "# later entries win. What was told once is kept in the store.",
    ...(entries.length === 0 ? ["runs: []"] : ["runs:", ...entries]),
    "",
  ].join("\n");
}
