import { InvalidInputError } from "@stopwise/core";
import { readLogs, recordsOf, type IngestReport } from "@stopwise/readers";
import { withStore, type UpsertCounts } from "@stopwise/store";
import type { Command } from "commander";
import { positive } from "../command-line/flags.ts";
import { counted, print, printJson, Progress } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { absorbLive } from "../library/absorb-live.ts";
import { factsFile, readFacts, writeMissingFacts } from "./ingest/facts-file.ts";
import { countsText, fileJson, filesTable, missingOf, missingText } from "./ingest/report-text.ts";

interface IngestFlags extends StoreFlags {
  readonly dryRun?: true;
  readonly json?: true;
  readonly metric?: string;
  readonly task?: string;
  readonly group?: string;
  readonly datasetSize?: number;
  readonly answerLength?: number;
  readonly family?: string;
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The entries of an object that are not undefined. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

async function read(paths: readonly string[], flags: IngestFlags): Promise<IngestReport> {
  const { task, group, datasetSize, answerLength, family, metric } = flags;
  const progress = new Progress();
  try {
    return await readLogs(paths, {
      ...given({ metric, facts: readFacts() }),
      overrides: given({ task, group, datasetSize, answerLength, family }),
      onProgress: ({ done, total, path }) => progress.update(`reading ${done} of ${total}: ${path}`),
    });
  } finally {
    progress.done();
  }
}

function dryRun(report: IngestReport, flags: IngestFlags): void {
  if (flags.json === true) {
    printJson({ files: report.files.map(fileJson) });
    return;
  }
  if (report.files.length > 0) print(`${filesTable(report.files)}\n`);
  print(`${countsText(report)}\nNothing was stored (--dry-run).`);
}

/** Nothing to store is the user's to mend: a wrong path, or logs that are all damaged. */
function requireRuns(report: IngestReport, paths: readonly string[]): void {
  if (recordsOf(report).length > 0) return;
  const failed = report.files.find(({ status }) => status === "failed");
  const skipped = report.files.find(({ reason }) => reason !== undefined);
  const reason = failed?.reason ?? (skipped && `${skipped.path} ${skipped.reason!}`);
  throw new InvalidInputError(
    `no run was found under ${paths.join(", ")}${reason === undefined ? "." : `: ${reason}`}`,
    "stopwise ingest --dry-run PATH says what each file is.",
  );
}

function stored(report: IngestReport, counts: UpsertCounts, flags: IngestFlags): void {
  const missing = missingOf(report);
  const added = writeMissingFacts(report);
  if (flags.json === true) {
    const facts = { file: factsFile, entriesAdded: added };
    printJson({ files: report.files.map(fileJson), stored: counts, missing, facts });
    return;
  }
  print(countsText(report));
  print(
    `${flags.store}: ${counts.added} added, ${counts.updated} updated, ${counts.unchanged} unchanged\n\n${missingText(missing)}`,
  );
  if (added > 0)
    print(`\n${factsFile} has ${counted(added, "new entry", "new entries")} to fill in; then ingest again.`);
}

async function ingest(paths: readonly string[], flags: IngestFlags): Promise<void> {
  const report = await read(paths, flags);
  if (flags.dryRun === true) {
    dryRun(report, flags);
    return;
  }
  requireRuns(report, paths);
  stored(report, await storeRuns(report, flags), flags);
}

async function storeRuns(report: IngestReport, { store }: StoreFlags): Promise<UpsertCounts> {
  await absorbLive(store);
  return withStore(store, {}, (opened) => opened.upsertRuns(recordsOf(report)));
}

/** Reads the logs under the paths into the store, quietly; no log at all is no error. */
export async function ingestPaths(paths: readonly string[], flags: StoreFlags): Promise<UpsertCounts> {
  const report = await read(paths, { store: flags.store });
  return storeRuns(report, flags);
}

/** `stopwise ingest`. */
export function defineIngest(command: Command): void {
  command
    .argument("<path...>", "run logs, or folders that are searched for them")
    .option("--dry-run", "only say what was found")
    .option("--metric <name>", "the quality metric, as the logs name it")
    .option("--task <name>", "the task of these runs")
    .option("--group <name>", "the group of these runs: the unit of splitting and of guarantees")
    .option("--dataset-size <n>", "training examples", positive("--dataset-size"))
    .option("--answer-length <n>", "typical answer length in tokens", positive("--answer-length"))
    .option("--family <name>", "model family, e.g. t5")
    .option("--json", "one JSON document on stdout")
    .action(ingest);
  addStoreFlag(command).addHelpText(
    "after",
    `
Facts that logs lack are read from stopwise.yaml in the working folder; ingest writes there what is missing.

Examples:
  stopwise ingest runs/
  stopwise ingest --dry-run --json runs/ > found.json
  stopwise ingest runs/squad --task squad --dataset-size 87k --answer-length 4 --metric exact_match`,
  );
}
