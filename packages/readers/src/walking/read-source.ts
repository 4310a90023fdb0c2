import { closeSync, openSync, readSync } from "node:fs";
import { StopwiseError } from "@stopwise/core";
import type { FileReading, LogFile, ReadHints } from "../contract.ts";
import { diskProblem, type DiskProblem } from "./disk-problem.ts";
import type { LogSource } from "./find-logs.ts";

/** What a source gave: readings of its files, and files that were skipped or failed. */
export interface SourceReading {
  readonly readings: readonly FileReading[];
  readonly problems: readonly DiskProblem[];
}

/** The one line that names a failure; what is not our own error type keeps its message's first line. */
function failureLine(error: unknown, path: string): string {
  if (error instanceof StopwiseError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  return `${path}: cannot be read (${message.split("\n")[0]!}). Check the file and its permissions.`;
}

/** Why one file cannot be read now, `undefined` where it can. */
function problemNow(file: LogFile): DiskProblem | undefined {
  try {
    const descriptor = openSync(file.absolute, "r");
    try {
      readSync(descriptor, Buffer.alloc(1), 0, 1, 0);
    } finally {
      closeSync(descriptor);
    }
    return undefined;
  } catch (error) {
    return (
      diskProblem(error, file.path) ?? {
        path: file.path,
        status: "failed",
        reason: failureLine(error, file.path),
      }
    );
  }
}

const failed = (files: readonly LogFile[], error: unknown): DiskProblem[] =>
  files.map(({ path }) => ({ path, status: "failed", reason: failureLine(error, path) }));

/** A reading that failed, as a problem; where the file is gone by now that is why, whatever the reader made of it. */
function problemOf({ path, failure }: FileReading, files: readonly LogFile[]): DiskProblem {
  const file = files.find((entry) => entry.path === path);
  const now = file === undefined ? undefined : problemNow(file);
  return now ?? diskProblem(failure, path) ?? { path, status: "failed", reason: failureLine(failure, path) };
}

function splitFailures(readings: readonly FileReading[], files: readonly LogFile[]): SourceReading {
  return {
    readings: readings.filter(({ failure }) => failure === undefined),
    problems: readings
      .filter(({ failure }) => failure !== undefined)
      .map((reading) => problemOf(reading, files)),
  };
}

/**
 * Reads the files of a source. A file that vanishes or cannot be read (a checkpoint that rotates away) costs itself
 * only: the others of its unit are read without it.
 */
export async function readSource(source: LogSource, hints: ReadHints): Promise<SourceReading> {
  const { reader } = source;
  if (source.problem !== undefined) return { readings: [], problems: [source.problem] };
  if (reader === undefined) {
    const reason = source.reason ?? "is no log of a known format.";
    const problems = source.files.map(({ path }) => ({ path, status: "skipped" as const, reason }));
    return { readings: [], problems };
  }
  let files = source.files;
  const lost: DiskProblem[] = [];
  for (;;) {
    try {
      const { readings, problems } = splitFailures(await reader.read(files, hints), files);
      return { readings, problems: [...lost, ...problems] };
    } catch (error) {
      const found =
        diskProblem(error, source.path) === undefined ? [] : files.map((file) => problemNow(file));
      const gone = found.filter((problem) => problem !== undefined);
      if (gone.length === 0) return { readings: [], problems: [...lost, ...failed(files, error)] };
      lost.push(...gone);
      files = files.filter((_, index) => found[index] === undefined);
      if (files.length === 0) return { readings: [], problems: lost };
    } finally {
      for (const file of source.files) file.release?.();
    }
  }
}
