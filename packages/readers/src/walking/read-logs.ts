import { relative, resolve } from "node:path";
import { modelFacts, type RunRecord } from "@stopwise/core";
import type { FileReading } from "../contract.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";
import { recordFacts } from "../mapping/record-facts.ts";
import { factsOf } from "../mapping/run-facts.ts";
import { runIdentity } from "../mapping/run-identity.ts";
import { mapRun, missingFacts } from "../mapping/run-mapping.ts";
import { factsFor, overlayFacts, type RunFacts, type TaskFacts } from "../mapping/task-facts.ts";
import { readMlflowServer } from "../servers/mlflow-server.ts";
import { splitServers } from "../servers/named-servers.ts";
import { traceOf } from "./curve-trace.ts";
import { findLogs, type FindOptions, type LogSource } from "./find-logs.ts";
import type { IngestedRun, IngestReport } from "./ingest-report.ts";
import { mergeRuns, type TracedFile, type TracedRun } from "./merge-runs.ts";
import { layFacts } from "./laid-facts.ts";
import { readSource } from "./read-source.ts";
import { joinResumed, resumeKeyOf } from "./resumed-runs.ts";
import { SettingsNear } from "./settings-near.ts";

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
  readonly settings: SettingsNear;
}

const posix = (path: string): string => path.replaceAll("\\", "/");

/** Facts given for a log: those of the command line over those of `stopwise.yaml`. */
function givenFor({ root, options }: Reader, path: string): KnownFacts {
  const local = posix(relative(root, resolve(root, path)));
  return overlayFacts(factsFor(options.facts, local), options.overrides ?? {});
}

/** Facts without a plan that the run ran past: it was another run's, or was changed. */
function withoutOutrunPlan(facts: KnownFacts, { evaluations, lastStep }: RawRun): KnownFacts {
  const epoch = evaluations.reduce((last, row) => Math.max(last, row.epoch ?? 0), 0);
  const isOutrun = (plan: number | undefined, reached: number): boolean =>
    plan !== undefined && reached > plan * 1.001;
  const [steps, epochs] = [isOutrun(facts.plannedSteps, lastStep ?? 0), isOutrun(facts.plannedEpochs, epoch)];
  if (!steps && !epochs) return facts;
  const { maxSteps, epochs: nEpochs, ...hyper } = facts.hyper ?? {};
  return {
    ...facts,
    ...(steps ? { plannedSteps: undefined } : {}),
    ...(epochs ? { plannedEpochs: undefined } : {}),
    hyper: { ...hyper, ...(steps ? {} : { maxSteps }), ...(epochs ? {} : { epochs: nEpochs }) },
  };
}

/** Runs of a server have no folder in which facts could lie. */
const serverFormat = "mlflow-server";

/** Formats whose batch is that of one device, without accumulation. */
const countDeviceBatch = new Set(["hf-trainer-state", "tfevents"]);

/** The run with the facts that lie near its log, under those of the log itself. */
async function withNearFacts(
  reader: Reader,
  at: { format: string; path: string },
  run: RawRun,
): Promise<RawRun> {
  const { format, path } = at;
  if (run.evaluations.length === 0 || format === serverFormat) return run;
  const near = await reader.settings.factsFor(resolve(reader.root, path) + (path.endsWith("/") ? "/" : ""));
  const known = layFacts([run.known, withoutOutrunPlan(near, run)]);
  const batchSize = countDeviceBatch.has(format) ? near.hyper?.["batchSize"] : undefined;
  return {
    ...run,
    known: batchSize === undefined ? known : { ...known, hyper: { ...known.hyper, batchSize } },
  };
}

function ingestRaw(
  reader: Reader,
  format: string,
  path: string,
  run: RawRun,
): Required<TracedRun> & { warnings: readonly string[] } {
  const absolute = resolve(reader.root, path);
  const { record, warnings, missing } = mapRun(run, {
    id: runIdentity(run, absolute),
    path: posix(relative(reader.root, absolute)) + (path.endsWith("/") ? "/" : ""),
    format,
    metric: reader.options.metric,
    given: givenFor(reader, path),
  });
  const named = run.key === "" ? warnings : warnings.map((warning) => `run ${run.key}: ${warning}`);
  return { record, facts: factsOf(run), missing, trace: traceOf(run), warnings: named };
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

async function reported(reader: Reader, format: string, reading: FileReading): Promise<TracedFile> {
  const { path, reason, partOf } = reading;
  const found = await Promise.all(reading.runs.map((run) => withNearFacts(reader, { format, path }, run)));
  const raw = found.map((run) => ingestRaw(reader, format, path, run));
  const given = givenFor(reader, path);
  const runs = [
    ...raw.map(({ record, facts, missing, trace }) => ({ record, facts, missing, trace })),
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

/** Sources that are read together: the parts of one resumed run. */
function* groupsOf(sources: readonly LogSource[]): Generator<readonly LogSource[]> {
  const groups = new Map<string, LogSource[]>();
  for (const [index, source] of sources.entries()) {
    const key = resumeKeyOf(source) ?? `source\n${index}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [source]);
    else group.push(source);
  }
  yield* groups.values();
}

async function readGroup(reader: Reader, sources: readonly LogSource[]): Promise<TracedFile[]> {
  const files: TracedFile[] = [];
  const readings: FileReading[] = [];
  const { format } = sources[0]!;
  for (const source of sources) {
    const metric = reader.options.metric ?? givenFor(reader, source.path).metric;
    const read = await readSource(source, { metric });
    for (const problem of read.problems) files.push({ ...problem, format, warnings: [], runs: [] });
    readings.push(...read.readings);
  }
  const whole = sources.length > 1 ? joinResumed(readings) : readings;
  for (const reading of whole) files.push(await reported(reader, format, reading));
  return files;
}

/**
 * Finds and reads every run log under the paths. Each file is reported once, in the order of paths: read, skipped
 * or failed, with a reason where it gave no run. A damaged file costs that file only. A training that several files
 * hold (other loggers, copies, states of one growing log, parts of a resumed run) is listed once.
 *
 * A path may name an MLflow tracking server, `mlflow+http://HOST:PORT`.
 *
 * @throws {InvalidInputError} when a path does not exist, or a server does not answer
 * @example const report = await readLogs(["runs"], { metric: "exact_match" });
 */
export async function readLogs(paths: readonly string[], options: ReadOptions = {}): Promise<IngestReport> {
  const root = options.root ?? process.cwd();
  const settings = new SettingsNear(root);
  const reader: Reader = { root, options, settings };
  const { servers, local } = splitServers(paths);
  const sources = await findLogs(local, {
    ...options,
    onFound: (found) => {
      settings.note(found.path);
      options.onFound?.(found);
    },
  });
  const files: TracedFile[] = [];
  let done = 0;
  for (const group of groupsOf(sources)) {
    files.push(...(await readGroup(reader, group)));
    done += group.length;
    options.onProgress?.({ done, total: sources.length, path: group.at(-1)!.path });
  }
  for (const server of servers) {
    for (const reading of await readMlflowServer(server)) {
      files.push(await reported(reader, serverFormat, reading));
    }
  }
  files.sort((left, right) => (left.path < right.path ? -1 : left.path > right.path ? 1 : 0));
  return { files: mergeRuns(files) };
}
