import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { InsufficientDataError, InvalidInputError, type RunRecord } from "@stopwise/core";
import type { EvaluateReport } from "@stopwise/referee";
import { withStore } from "@stopwise/store";
import type { Command } from "commander";
import { oneOf, wholeNumber } from "../command-line/flags.ts";
import { print, printJson, Progress } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { collectReportData } from "../report/collect/collect-report-data.ts";
import { reportPage } from "../report/page.ts";
import { isUnmeasured, type ReportBound, type ReportData } from "../report/report-data.ts";
import { loadDraughtsman } from "../report/svg.ts";
import { readRunFile } from "./run-file.ts";

interface ReportFlags extends StoreFlags {
  readonly out: string;
  readonly runs?: string;
  readonly evaluation?: string;
  readonly bound: "mean" | "tail";
  readonly seed: number;
  readonly json?: true;
}

/** The bound that the pictures are about; both are among those that `evaluate` always reports. */
const bounds: Readonly<Record<ReportFlags["bound"], ReportBound>> = {
  mean: { kind: "mean", maxEmLoss: 0.005 },
  tail: { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 },
};

async function runsOf(flags: ReportFlags): Promise<RunRecord[]> {
  if (flags.runs !== undefined) return readRunFile(flags.runs);
  const stored = await withStore(flags.store, { mode: "read" }, (store) => store.readRuns());
  if (stored.length > 0) return stored;
  throw new InsufficientDataError(
    { has: 0, needs: 2, what: "groups of runs; the store is empty" },
    "Run stopwise ingest PATH first, or name a file with --runs.",
  );
}

function isEvaluation(value: unknown): value is EvaluateReport {
  if (typeof value !== "object" || value === null || !("rows" in value) || !Array.isArray(value.rows))
    return false;
  const first: unknown = value.rows[0];
  return (
    "nRuns" in value &&
    "nGroups" in value &&
    typeof first === "object" &&
    first !== null &&
    "meanSaving" in first
  );
}

/** What `evaluate --json` wrote. */
function evaluationFrom(file: string): EvaluateReport {
  const text = readFileSync(file, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (isEvaluation(value)) return value;
  throw new InvalidInputError(
    `${file} must be what stopwise evaluate --json printed.`,
    `Write it with: stopwise evaluate --json > ${basename(file)}`,
  );
}

async function collect(flags: ReportFlags): Promise<ReportData> {
  const runs = await runsOf(flags);
  const progress = new Progress();
  try {
    return collectReportData(runs, {
      data: flags.runs === undefined ? "the experiment store" : basename(flags.runs),
      seed: flags.seed,
      bound: bounds[flags.bound],
      ...(flags.evaluation === undefined ? {} : { evaluation: evaluationFrom(flags.evaluation) }),
      onProgress: (message) => progress.update(message),
    });
  } finally {
    progress.done();
  }
}

/** Makes sure, before the long work, that the page can have its place. */
async function prepareFor(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).isDirectory()) {
    throw new InvalidInputError(`--out must be a file, ${file} is a folder.`, "Name a file in it.");
  }
}

async function report(flags: ReportFlags): Promise<void> {
  await prepareFor(flags.out);
  const data = await collect(flags);
  const page = reportPage(data, await loadDraughtsman());
  await writeFile(flags.out, page);
  const { nRuns, nGroups, curves, importance, recommendation } = data;
  const missing = Object.entries({ curves, importance, recommendation }).flatMap(([part, it]) =>
    isUnmeasured(it) ? [{ part, reason: it.unmeasured }] : [],
  );
  if (flags.json === true) {
    printJson({ out: flags.out, bytes: Buffer.byteLength(page), data: data.data, nRuns, nGroups, missing });
    return;
  }
  print(
    `${flags.out}: ${nRuns} runs in ${nGroups} groups, ${Math.ceil(Buffer.byteLength(page) / 1000)} kB, opens in any browser`,
  );
  for (const { part, reason } of missing) print(`no ${part}: ${reason}`);
}

/** `stopwise report`. */
export function defineReport(command: Command): void {
  command
    .requiredOption("--out <file>", "the HTML file to write")
    .option("--runs <file>", "run records to judge and show; default: the store")
    .option(
      "--evaluation <file>",
      "what stopwise evaluate --json printed on these runs, instead of judging them again",
    )
    .option(
      "--bound <kind>",
      "what the pictures are about: mean (loss <= 0.5 points) or tail (P(loss > 1 point) <= 10 %)",
      oneOf("--bound", ["mean", "tail"]),
      "mean",
    )
    .option("--seed <n>", "seed of folds, halves and shuffles", wholeNumber("--seed"), 1)
    .option("--json", "one JSON document on stdout")
    .action(report);
  addStoreFlag(command).addHelpText(
    "after",
    `
One HTML page without any request to the network: past runs with the stops of each method, saving against loss,
calibration and coverage, feature importance, evidence, and the table of evaluate. Dark where the screen is; prints.

Examples:
  stopwise report --out report.html
  stopwise report --out report.html --runs runs.jsonl.gz
  stopwise evaluate --runs runs.jsonl.gz --json > rows.json
  stopwise report --out report.html --runs runs.jsonl.gz --evaluation rows.json`,
  );
}
