import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { InvalidInputError, type RunRecord } from "@stopwise/core";
import {
  evaluate,
  evaluateModel,
  fewShot,
  fewShotBounds,
  type EvaluateReport,
  type FewShotPoint,
} from "@stopwise/referee";
import { evaluateQuestions, type Question, type QuestionRow } from "@stopwise/answers";
import { withStore } from "@stopwise/store";
import type { Command } from "commander";
import { oneOf, threadCount, threadsHelp, wholeNumber } from "../command-line/flags.ts";
import { print, printJson, Progress } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { threadedReplay } from "../replaying/threaded-replay.ts";
import { evaluationPage } from "./evaluate/evaluation-page.ts";
import { fewShotPage } from "./evaluate/few-shot-page.ts";
import { readQuestionFile } from "./evaluate/question-file.ts";
import { deserializeModel, type StopwiseModel } from "@stopwise/meta-model";
import { fetchModel, readShippedModel } from "../library/model-source.ts";
import { readRunFile } from "./run-file.ts";

interface EvaluateFlags extends StoreFlags {
  readonly runs?: string;
  readonly test?: string;
  readonly model?: string;
  readonly seed: number;
  readonly weighting: "group" | "run";
  readonly threads?: number;
  readonly folds?: "group" | "source";
  readonly fewShot?: true;
  readonly json?: true;
}

/** What `evaluate --json` prints. */
type Report = EvaluateReport & { readonly fewShot?: readonly FewShotPoint[] };

/** The runs of a file, else those of the store. */
async function runsOf(flags: EvaluateFlags): Promise<RunRecord[]> {
  if (flags.runs !== undefined) return readRunFile(flags.runs);
  const stored = await withStore(flags.store, { mode: "read" }, (store) => store.readRuns());
  if (stored.length > 0) return stored;
  throw new InvalidInputError(
    `the store ${flags.store} is empty.`,
    "Run stopwise ingest PATH first, or name a file with --runs.",
  );
}

/** Refuses flags that split the runs themselves beside a file of others to judge. */
function checkFlags(flags: EvaluateFlags): void {
  if (flags.test === undefined && flags.model === undefined) return;
  const asked = flags.folds !== undefined ? "--folds" : flags.fewShot === true ? "--few-shot" : undefined;
  if (asked === undefined) return;
  throw new InvalidInputError(
    `${asked} splits the runs themselves, and ${flags.model === undefined ? "--test judges others" : "--model fits nothing"}.`,
    "Leave one of the two out.",
  );
}

/** The curves of own runs, of runs with a quality and of those with a loss only. */
function ownRuns(runs: readonly RunRecord[], { seed }: EvaluateFlags, progress: Progress): FewShotPoint[] {
  const onProgress = (message: string): void => progress.update(`judging ${message}`);
  return (["quality", "loss"] as const).flatMap((kind) => {
    const those = runs.filter((run) => run.kind === kind);
    return those.length === 0 ? [] : fewShot(those, { bounds: fewShotBounds, seed, onProgress });
  });
}

/** The model of `--model`: the one that ships, the one in use, or that of a file. */
async function modelOf({ model, store }: EvaluateFlags): Promise<StopwiseModel> {
  if (model === "in-use") return fetchModel(store);
  if (model === "shipped") return readShippedModel();
  if (!existsSync(model!)) {
    throw new InvalidInputError(
      `--model is shipped, in-use or a model file, got ${model!}.`,
      "Write --model shipped.",
    );
  }
  return deserializeModel(readFileSync(model!));
}

/** Judges a model as it is, on the runs or on those of --test. */
async function judgeModel(flags: EvaluateFlags): Promise<Report> {
  if (flags.test !== undefined && flags.runs !== undefined) {
    throw new InvalidInputError(
      "with --model nothing is fitted on --runs, and --test is judged.",
      "Leave one of the two files out.",
    );
  }
  const model = await modelOf(flags);
  const file = flags.test ?? flags.runs;
  const runs = file === undefined ? await runsOf(flags) : await readRunFile(file);
  const progress = new Progress();
  try {
    return evaluateModel(model, runs, {
      data: basename(file ?? flags.store),
      seed: flags.seed,
      onProgress: (message) => progress.update(`judging ${message}`),
    });
  } finally {
    progress.done();
  }
}

async function judge(flags: EvaluateFlags): Promise<Report> {
  checkFlags(flags);
  if (flags.model !== undefined) return judgeModel(flags);
  const runs = await runsOf(flags);
  const test = flags.test === undefined ? {} : { test: await readRunFile(flags.test) };
  const data = basename(flags.test ?? flags.runs ?? flags.store);
  const progress = new Progress();
  try {
    const onProgress = (message: string): void => progress.update(`judging ${message}`);
    const replay = threadedReplay((message) => progress.update(message), flags.threads);
    const report = evaluate(runs, {
      data,
      seed: flags.seed,
      foldUnit: flags.folds ?? "group",
      ...test,
      onProgress,
      replay,
    });
    return flags.fewShot === true ? { ...report, fewShot: ownRuns(runs, flags, progress) } : report;
  } finally {
    progress.done();
  }
}

const kindTitles: Partial<Record<QuestionRow["questions"], string>> = {
  iid: "Independent samples, against taking all of them",
  budget: "One greedy answer at each of several growing thinking budgets",
};

/** Sampled answers to questions: each kind of sampling is a block of its own. */
function printQuestions(questions: readonly Question[], flags: EvaluateFlags): void {
  const report = evaluateQuestions(questions, { data: basename(flags.runs!), seed: flags.seed });
  if (flags.json === true) {
    printJson(report);
    return;
  }
  for (const kind of new Set(report.rows.map((row) => row.questions))) {
    const ofKind = report.rows.filter((row) => row.questions === kind);
    const rows = ofKind.map((row) => ({ ...row, metricClass: "all" as const }));
    const { nRuns, nGroups } = rows[0]!;
    print(`${kindTitles[kind] ?? kind}\n`);
    print(evaluationPage({ data: report.data, nRuns, nGroups, rows }, flags.weighting));
  }
}

async function run(flags: EvaluateFlags): Promise<void> {
  const questions = flags.runs === undefined ? undefined : await readQuestionFile(flags.runs);
  if (questions !== undefined) {
    for (const [flag, value] of Object.entries({ "--test": flags.test, "--model": flags.model })) {
      if (value === undefined) continue;
      throw new InvalidInputError(
        `${flag} is about run records, and ${flags.runs!} holds sampled answers.`,
        `Leave ${flag} out.`,
      );
    }
    printQuestions(questions, flags);
    return;
  }
  const report = await judge(flags);
  if (flags.json === true) printJson(report);
  else {
    print(evaluationPage(report, flags.weighting));
    if (report.fewShot !== undefined) print(`\n${fewShotPage(report.fewShot)}`);
  }
}

/** `stopwise evaluate`. */
export function defineEvaluate(command: Command): void {
  command
    .option("--runs <file>", "run records to learn from and judge, or sampled answers; default: the store")
    .option("--test <file>", "judge these runs, by what was fitted on the others")
    .option("--model <which>", "fit nothing: judge this model as it is; shipped, in-use, or a model file")
    .option("--seed <n>", "seed of folds and bootstrap", wholeNumber("--seed"), 1)
    .option(
      "--folds <unit>",
      "what is left out at once: group, or source, every run of a repository or author (default: group)",
      oneOf("--folds", ["group", "source"]),
    )
    .option("--few-shot", "also what 0, 1, 3, 10 and 30 runs of one's own of a new task bring")
    .option(
      "--weighting <unit>",
      "what counts 1 in the printed table: group or run",
      oneOf("--weighting", ["group", "run"]),
      "group",
    )
    .option("--threads <n>", threadsHelp, threadCount)
    .option("--json", "one JSON document on stdout, with every row")
    .action(run);
  addStoreFlag(command).addHelpText(
    "after",
    `
Rows: "promise" is chosen on training groups and judged on others; "certified" carries a certificate;
"frontier" is chosen on the judged runs themselves, an upper line that no user gets.

Examples:
  stopwise evaluate
  stopwise evaluate --runs runs.jsonl.gz --json > rows.json
  stopwise evaluate --runs past.jsonl.gz --test new.jsonl.gz
  stopwise evaluate --model shipped --test new.jsonl.gz
  stopwise evaluate --runs past.jsonl.gz --folds source
  stopwise evaluate --runs past.jsonl.gz --few-shot
  stopwise evaluate --runs sampled-answers.jsonl.gz`,
  );
}
