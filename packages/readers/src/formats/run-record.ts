import { LogFormatError, type Checkpoint, type RunRecord } from "@stopwise/core";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readLines, SkippedLines } from "../files/log-lines.ts";
import { parsePythonJson } from "../files/python-json.ts";
import { brokenRunRecordRule, withDefaults } from "../mapping/run-record-check.ts";

/** Null for every number that is not finite: Python writes bare NaN where this schema has null. */
function finiteOnly(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(finiteOnly);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, finiteOnly(entry)]));
}

/** Settings nested deeper are refused: what is stored has to be written again. */
const mostLevels = 64;

/** Whether a value is nested deeper than so many levels; not by recursion, which such a value would exhaust. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= mostLevels; depth += 1) {
    level = level.flatMap((entry) =>
      typeof entry === "object" && entry !== null ? (Object.values(entry) as unknown[]) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

/** What a record holds besides its points, which are checked field by field. */
const besidePoints = (value: unknown): unknown[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([field, entry]) => (field === "points" ? [] : [entry as unknown]))
    : [];

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return finiteOnly(parsePythonJson(text));
  }
}

function rises(points: readonly Checkpoint[]): boolean {
  for (let index = 1; index < points.length; index += 1) {
    if (points[index]!.step <= points[index - 1]!.step) return false;
  }
  return true;
}

/** Sorts the points of a run whose steps do not rise; of equal steps the later one stays. */
function sorted(record: RunRecord): RunRecord {
  const byStep = new Map(record.points.map((point) => [point.step, point]));
  return { ...record, points: [...byStep.values()].sort((left, right) => left.step - right.step) };
}

/**
 * Reads the run records of a JSON-lines file, gzipped or not. Lines that are no run record are counted, named and
 * skipped; a first line that is none, or more than one in a hundred, refuses the file. A last line without line
 * break that does not parse is being written and is left out.
 *
 * @throws {LogFormatError} naming file, line and field
 */
export async function readRunRecords(
  file: Pick<LogFile, "absolute" | "path">,
): Promise<{ records: RunRecord[]; warnings: string[] }> {
  const records: RunRecord[] = [];
  const skipped = new SkippedLines(file.path);
  const lines = readLines(file.absolute);
  let nUnsorted = 0;
  let nUnended = 0;
  for await (const { number, text, ended } of lines) {
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = parseLine(number === 1 ? text.replace(/^\uFEFF/, "") : text);
    } catch {
      if (ended) skipped.bad(number, "is no JSON");
      else nUnended += 1;
      continue;
    }
    if (isTooDeep(besidePoints(value))) {
      const where = { file: file.path, line: number };
      throw new LogFormatError(
        where,
        `holds a value nested deeper than ${mostLevels} levels.`,
        "Flatten its settings.",
      );
    }
    const broken = brokenRunRecordRule(value);
    if (broken !== undefined) {
      skipped.bad(number, broken.rule, broken.field);
      continue;
    }
    const record = withDefaults(value);
    const inOrder = rises(record.points);
    if (!inOrder) nUnsorted += 1;
    records.push(inOrder ? record : sorted(record));
    skipped.good();
  }
  if (lines.cut !== undefined && records.length === 0) {
    throw new LogFormatError({ file: file.path }, "the gzip archive is damaged.", "Restore the file.");
  }
  const warnings = skipped.summary();
  if (nUnended > 0) warnings.push("the last line is incomplete and left out.");
  if (nUnsorted > 0)
    warnings.push(`${nUnsorted} runs whose steps did not rise were sorted, later rows winning.`);
  if (lines.cut !== undefined)
    warnings.push(`the gzip archive ends early: ${records.length} runs before the cut are read.`);
  return { records, warnings };
}

function detect(file: LogFile): number {
  if (!/\.(jsonl|ndjson|json)(\.gz)?$/i.test(file.name)) return 0;
  const text = file.headText.trimStart().replace(/^\uFEFF/, "");
  if (!/^\{\s*"/.test(text)) return 0;
  const firstLine = text.split("\n", 1)[0]!;
  return /"points"\s*:\s*\[/.test(firstLine) && /"(metric|id)"\s*:/.test(firstLine) ? 0.97 : 0;
}

async function read([file]: readonly LogFile[]): Promise<FileReading[]> {
  const { records, warnings } = await readRunRecords(file!);
  const reason = records.length === 0 ? { reason: "holds no complete run record." } : {};
  return [{ path: file!.path, runs: [], records, warnings, ...reason }];
}

/** stopwise's own run records: JSON lines, one run each, plain or gzipped. */
export const runRecord: LogReader = {
  format: "run-record",
  title: "stopwise run records",
  description: {
    recognised: "JSON lines that are run records",
    quality: "`quality` or `value` of each point",
    plan: "the record's own plan",
    end: "the record's own end",
    notRead: "records that break the schema",
  },
  detect,
  read,
};
