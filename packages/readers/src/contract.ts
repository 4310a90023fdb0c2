import type { RawRun } from "./mapping/raw-run.ts";
import type { RunRecord } from "@stopwise/core";

/** A file that may be a log: where it lies and how it begins. */
export interface LogFile {
  /** As shown to the user: relative to the root, with forward slashes. */
  readonly path: string;
  /** Where it is opened. */
  readonly absolute: string;
  /** Last part of the path, without the `.gz` of an archive. */
  readonly name: string;
  readonly sizeBytes: number;
  /** First bytes of the file. */
  readonly head: Uint8Array;
  /** The first bytes as text; empty for a binary file. */
  readonly headText: string;
  /** Lets the first bytes go until they are asked for again. */
  release?(): void;
}

/** What one file gave. Without runs, `reason` says why. */
export interface FileReading {
  readonly path: string;
  readonly runs: readonly RawRun[];
  /** Runs that are run records already. */
  readonly records?: readonly RunRecord[];
  readonly reason?: string;
  /** The file under which this file's run is listed. */
  readonly partOf?: string;
  /** Why the file could not be read; the other files of the unit stand. */
  readonly failure?: Error;
  readonly warnings: readonly string[];
}

/** What a user said of a log before it is read. */
export interface ReadHints {
  /** The metric that was asked for: a column of this name is an evaluation, whatever its name tells. */
  readonly metric?: string | undefined;
}

/** What a format's page tells its users, each a phrase without a full stop; `docs/formats.md` is made of it. */
export interface FormatDescription {
  /** How a file is recognised. */
  readonly recognised: string;
  /** What is taken for quality, or for the loss where there is no score. */
  readonly quality: string;
  /** Where the planned end is found. */
  readonly plan: string;
  /** Where it is found how the run ended. */
  readonly end: string;
  /** What is not read. */
  readonly notRead: string;
}

/**
 * One log format. A reader claims files by path and first bytes, says which of them belong to one run, and reads
 * such a unit; it throws `LogFormatError` when a file is not what it claims to be.
 */
export interface LogReader {
  /** Short name of the format, as in reports. */
  readonly format: string;
  /** The format in words. */
  readonly title: string;
  readonly description: FormatDescription;
  /** How sure the reader is that the file is its own, from 0 (no) to 1. */
  readonly detect: (file: LogFile) => number;
  /** Files with equal keys are read together; absent: each file by itself. */
  readonly unitOf?: (file: LogFile) => string;
  /** Reads one unit. */
  readonly read: (files: readonly LogFile[], hints?: ReadHints) => Promise<readonly FileReading[]>;
}
