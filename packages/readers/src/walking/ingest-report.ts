import type { RunRecord } from "@stopwise/core";
import type { LogFacts } from "../mapping/run-facts.ts";

/** One run of a log. */
export interface IngestedRun {
  /** Valid by core's schema; undefined where the log holds no curve that can be read. */
  readonly record: RunRecord | undefined;
  /** What the log says, uninterpreted. */
  readonly facts: LogFacts;
  /** Task facts that neither the log nor the user gave. */
  readonly missing: readonly string[];
}

/** One file (or folder, its path ending in `/`) and what it gave. */
export interface IngestedFile {
  readonly path: string;
  readonly format: string;
  readonly status: "read" | "skipped" | "failed";
  readonly reason?: string;
  /** The file that lists this file's run. */
  readonly partOf?: string;
  readonly warnings: readonly string[];
  readonly runs: readonly IngestedRun[];
}

/** Everything an ingest found, by path. */
export interface IngestReport {
  readonly files: readonly IngestedFile[];
}

/** The run records of a report, each once. */
export function recordsOf(report: IngestReport): RunRecord[] {
  return report.files
    .flatMap(({ runs }) => runs.map(({ record }) => record))
    .filter((record) => record !== undefined);
}
