import { InvalidInputError } from "@stopwise/core";
import { readLogs, recordsOf, type IngestReport } from "@stopwise/readers";
import { withStore, type UpsertCounts } from "@stopwise/store";
import type { Command } from "commander";
import { positive } from "../command-line/flags.ts";
import { counted, note, print, printJson, Progress } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { absorbLive } from "../library/absorb-live.ts";
import { factsFile, readFacts, writeMissingFacts } from "./ingest/facts-file.ts";
import { nearestLog } from "./ingest/nearest-log.ts";
import { progressLine } from "./ingest/progress-line.ts";
import {
  countsText,
  fileJson,
  filesTable,
  groupsText,
  missingOf,
  missingText,
} from "./ingest/report-text.ts";
import { checkShardFlags, shard, shardOf, writeShard, type Shard } from "./ingest/shard.ts";
import { conflictLines, withTold } from "./ingest/told-facts.ts";
import type { Retrained } from "../retraining/retrain.ts";

interface IngestFlags extends StoreFlags {
  readonly dryRun?: true;
  readonly json?: true;
  readonly metric?: string;
  readonly task?: string;
  readonly group?: string;
  readonly datasetSize?: number;
  readonly answerLength?: number;
  readonly family?: string;
  readonly retrain?: true;
  readonly shard?: Shard;
  readonly to?: string;
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The entries of an object that are not undefined. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}

async function read(all: readonly string[], flags: IngestFlags): Promise<IngestReport> {
  const paths = flags.shard === undefined ? all : await shardOf(all, flags.shard);
  const { task, group, datasetSize, answerLength, family, metric } = flags;
  const progress = new Progress();
  try {
    return await readLogs(paths, {
      ...given({ metric, facts: readFacts() }),
      overrides: given({ task, group, datasetSize, answerLength, family }),
      onFound: (found) => progress.update(progressLine({ ...found, total: undefined })),
      onProgress: ({ done, total, path }) => progress.update(progressLine({ nFiles: done, total, path })),
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
  if (recordsOf(report).length > 0) print(`${filesTable(report.files)}\n`);
  print(`${countsText(report)}\nNothing was stored (--dry-run).`);
}

/** Nothing to store is the user's to fix: a wrong path, a run that never evaluated, or logs that are all damaged. */
function requireRuns(report: IngestReport, paths: readonly string[]): void {
  if (recordsOf(report).length > 0) return;
  const nearest = nearestLog(report.files);
  throw new InvalidInputError(
    `no run was found under ${paths.join(", ")}${nearest === undefined ? "." : `: ${nearest.reason}`}`,
    nearest?.fix ?? "stopwise ingest --dry-run PATH says what each file is.",
  );
}

/** Retrains after an ingest, for cron: one call takes new runs in and keeps the model fresh. */
async function retrained(flags: IngestFlags): Promise<Retrained | undefined> {
  if (flags.retrain !== true) return undefined;
  const { retrainOnce } = await import("./retrain/retrained-page.ts");
  return retrainOnce({ store: flags.store, seed: 1 });
}

async function stored(
  report: IngestReport,
  counts: UpsertCounts,
  { flags, paths }: { flags: IngestFlags; paths: readonly string[] },
): Promise<void> {
  const missing = missingOf(report);
  const added = writeMissingFacts(report);
  if (flags.json === true) {
    const facts = { file: factsFile, entriesAdded: added };
    const learned = await retrained(flags);
    printJson({
      files: report.files.map(fileJson),
      stored: counts,
      missing,
      facts,
      ...(learned && { retrained: learned }),
    });
    return;
  }
  for (const line of conflictLines(counts)) note(`stopwise: ${line}`);
  print(countsText(report));
  print(
    `${flags.store}: ${counts.added} added, ${counts.updated} updated, ${counts.unchanged} unchanged\n\n${missingText(missing)}`,
  );
  if (added > 0)
    print(`\n${factsFile} has ${counted(added, "new entry", "new entries")} to fill in; then ingest again.`);
  const groups = groupsText(report, paths);
  if (groups !== undefined) print(`\n${groups}`);
  const learned = await retrained(flags);
  if (learned !== undefined)
    print(`\n${(await import("./retrain/retrained-page.ts")).retrainedPage(learned)}`);
}

async function ingest(paths: readonly string[], flags: IngestFlags): Promise<void> {
  checkShardFlags(flags);
  const report = await read(paths, flags);
  if (flags.dryRun === true) {
    dryRun(report, flags);
    return;
  }
  if (flags.shard !== undefined) {
    await writeShard(withTold(report, flags), flags);
    return;
  }
  requireRuns(report, paths);
  await stored(report, await storeRuns(report, flags), { flags, paths });
}

/** Opens late and closes early: everything is read before. */
async function storeRuns(report: IngestReport, flags: IngestFlags): Promise<UpsertCounts> {
  const records = withTold(report, flags);
  const onWait = (line: string): void => note(`stopwise: ${line}`);
  await absorbLive(flags.store);
  return withStore(flags.store, { onWait }, (opened) => opened.upsertRuns(records));
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
    .option("--retrain", "then retrain, as stopwise retrain does: one call for cron")
    .option("--shard <i/n>", "read only the i-th of n parts of the logs, 1 to n, into a file of --to", shard)
    .option("--to <folder>", "folder of the shards that several machines write")
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
