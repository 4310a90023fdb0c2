import { relative, resolve } from "node:path";
import { modelFacts, StopwiseError, type RunRecord } from "@stopwise/core";
import type { FileReading } from "../contract.ts";
import { findLogs, type FindOptions, type LogSource } from "./find-logs.ts";
import type { IngestedFile, IngestedRun, IngestReport } from "./ingest-report.ts";
import { mergeDuplicates } from "./duplicate-runs.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";
import { recordFacts } from "../mapping/record-facts.ts";
import { factsOf } from "../mapping/run-facts.ts";
import { runIdentity } from "../mapping/run-identity.ts";
import { mapRun, missingFacts } from "../mapping/run-mapping.ts";
import { factsFor, overlayFacts, type RunFacts, type TaskFacts } from "../mapping/task-facts.ts";

/** How logs are read. */
export interface ReadOptions extends FindOptions {
  /** Quality metric wanted; default: chosen by name for each run. */
  readonly metric?: string;
  /** Parsed `stopwise.yaml`; its globs are relative to `root`. */
  readonly facts?: RunFacts;
  /** Facts for every log, over those of `facts`: the flags of the command line. */
  readonly overrides?: TaskFacts;
  /** Called after each source. */
  readonly onProgress?: (progress: {
    readonly done: number;
    readonly total: number;
    readonly path: string;
  }) => void;
}

interface Reader {
  readonly root: string;
  readonly options: ReadOptions;
}

const posix = (path: string): string => path.replaceAll("\\", "/");

/** Facts given for a log: those of the command line over those of `stopwise.yaml`. */
function givenFor({ root, options }: Reader, path: string): KnownFacts {
  const local = posix(relative(root, resolve(root, path)));
  return overlayFacts(factsFor(options.facts, local), options.overrides ?? {});
}

function ingestRaw(
  reader: Reader,
  format: string,
  path: string,
  run: RawRun,
): IngestedRun & { warnings: readonly string[] } {
  const absolute = resolve(reader.root, path);
  const { record, warnings, missing } = mapRun(run, {
    id: runIdentity(run, absolute),
    path: posix(relative(reader.root, absolute)) + (path.endsWith("/") ? "/" : ""),
    format,
    metric: reader.options.metric,
    given: givenFor(reader, path),
  });
  const named = run.key === "" ? warnings : warnings.map((warning) => `run ${run.key}: ${warning}`);
  return { record, facts: factsOf(run), missing, warnings: named };
}

/** A run record, ours since the reader made it, with the given facts in it and what its model's name tells. */
function ingestRecord(record: RunRecord, given: KnownFacts): IngestedRun {
  const { tokensPerStep, hyper } = given;
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !["metric", "tokensPerStep", "hyper"].includes(name)) record[name] = value;
  }
  const isUnknown = (value: unknown): boolean => value === undefined || value === null;
  if (typeof record.model === "string" && (isUnknown(record.family) || isUnknown(record.params))) {
    const named = modelFacts(record.model);
    record.family ??= named.family;
    record.params ??= named.params;
  }
  if (hyper !== undefined && Object.keys(hyper).length > 0) record.hyper = { ...record.hyper, ...hyper };
  if (tokensPerStep !== undefined) {
    record.points = record.points.map((point) => ({
      ...point,
      tokens: point.tokens ?? point.step * tokensPerStep,
    }));
  }
  return { record, facts: recordFacts(record), missing: missingFacts(record) };
}

function reported(reader: Reader, format: string, reading: FileReading): IngestedFile {
  const { path, reason, partOf, failure } = reading;
  if (failure !== undefined) {
    return { path, format, status: "failed", reason: failure.message, warnings: reading.warnings, runs: [] };
  }
  const raw = reading.runs.map((run) => ingestRaw(reader, format, path, run));
  const given = givenFor(reader, path);
  const runs = [
    ...raw.map(({ record, facts, missing }) => ({ record, facts, missing })),
    ...(reading.records ?? []).map((record) => ingestRecord(record, given)),
  ];
  return {
    path,
    format,
    status: reason === undefined ? "read" : "skipped",
    ...(reason === undefined ? {} : { reason }),
    ...(partOf === undefined ? {} : { partOf }),
    warnings: [...reading.warnings, ...raw.flatMap(({ warnings }) => warnings)],
    runs,
  };
}

/** The one line that names a failure; what is not our own error type keeps its message's first line. */
function failureLine(error: unknown, path: string): string {
  if (error instanceof StopwiseError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `${path}: cannot be read (${message.split("\n")[0]!}). Check the file and its permissions.`;
}

async function readSource(reader: Reader, source: LogSource): Promise<IngestedFile[]> {
  const { format, files } = source;
  if (source.reader === undefined) {
    const reason = source.reason ?? "is no log of a known format.";
    return files.map(({ path }) => ({ path, format, status: "skipped", reason, warnings: [], runs: [] }));
  }
  try {
    const readings = await source.reader.read(files, {
      metric: reader.options.metric ?? givenFor(reader, source.path).metric,
    });
    return readings.map((reading) => reported(reader, format, reading));
  } catch (error) {
    return files.map(({ path }) => ({
      path,
      format,
      status: "failed",
      reason: failureLine(error, path),
      warnings: [],
      runs: [],
    }));
  }
}

/**
 * Finds and reads every run log under the paths. Each file is reported once, in the order of paths: read, skipped
 * or failed, with a reason where it gave no run. A damaged file costs that file only. Runs that were found twice
 * (copies of a log, two states of one growing log) are listed once.
 *
 * @throws {InvalidInputError} when a path does not exist
 * @example const report = await readLogs(["runs"], { metric: "exact_match" });
 */
export async function readLogs(paths: readonly string[], options: ReadOptions = {}): Promise<IngestReport> {
  const root = options.root ?? process.cwd();
  const sources = await findLogs(paths, { root });
  const files: IngestedFile[] = [];
  for (const [index, source] of sources.entries()) {
    files.push(...(await readSource({ root, options }, source)));
    options.onProgress?.({ done: index + 1, total: sources.length, path: source.path });
  }
  files.sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
  return { files: mergeDuplicates(files) };
}
