import { factsOfConfig } from "../config-facts.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { runsOfTable, type GenericRow } from "../generic-rows.ts";
import type { TableFacts } from "./csv.ts";
import { readLines, SkippedLines } from "../log-lines.ts";
import { readJson } from "../log-text.ts";
import { loggedNumber, parsePythonJson } from "../python-json.ts";
import type { KnownFacts } from "../raw-run.ts";

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nested objects flattened, names joined by `.`; lists, nulls and booleans are left out. */
export function flattened(entries: Entries): Record<string, number | string> {
  const row: Record<string, number | string> = {};
  addFlattened(row, entries, "");
  return row;
}

/** Whether an object is a row as it stands: numbers and texts that are no spelled number. */
function isFlat(entries: Entries): entries is GenericRow {
  for (const key in entries) {
    const value = entries[key];
    if (typeof value !== "number" && (typeof value !== "string" || loggedNumber(value) !== undefined))
      return false;
  }
  return true;
}

function addFlattened(row: Record<string, number | string>, entries: Entries, prefix: string): void {
  for (const key in entries) {
    const value = entries[key];
    if (typeof value === "number") row[prefix + key] = value;
    else if (typeof value === "string") row[prefix + key] = loggedNumber(value) ?? value;
    else if (isEntries(value)) addFlattened(row, value, `${prefix}${key}.`);
  }
}

/** Fields that tell what a row is. */
const kindFields = ["event", "type", "kind"];

/** Rows of a JSON-lines log; rows of kind `config` are settings. */
export interface JsonRows {
  readonly rows: readonly GenericRow[];
  readonly names: readonly string[];
  readonly config: Entries;
  readonly warnings: readonly string[];
}

const isConfig = (entries: Entries): boolean =>
  kindFields.some((key) => {
    const kind = entries[key];
    return typeof kind === "string" && /^(config|hparams|hyperparameters|args)$/i.test(kind);
  });

/**
 * Reads a JSON-lines log. Lines that do not parse are counted, named and skipped; the first line, or more than one
 * in a hundred, refuses the file. An unfinished last line is left out.
 *
 * @throws {LogFormatError} naming the line
 */
export async function readJsonRows(file: LogFile): Promise<JsonRows> {
  const rows: GenericRow[] = [];
  const names = new Set<string>();
  const config: Record<string, unknown> = {};
  const skipped = new SkippedLines(file.path);
  let isCut = false;
  for await (const { number, text, ended } of readLines(file.absolute)) {
    if (text.trim() === "") continue;
    let value: unknown;
    try {
      value = parsePythonJson(text);
    } catch {
      if (ended) skipped.bad(number, "is no JSON");
      else isCut = true;
      continue;
    }
    if (!isEntries(value)) {
      skipped.bad(number, "is no JSON object");
      continue;
    }
    skipped.good();
    const row = isFlat(value) ? value : flattened(value);
    if (isConfig(value)) Object.assign(config, row);
    else {
      rows.push(row);
      for (const name in row) names.add(name);
    }
  }
  const cut = isCut ? ["the last line is incomplete and left out."] : [];
  return { rows, names: [...names], config, warnings: [...skipped.summary(), ...cut] };
}

/** Runs of JSON rows by the names of their fields. */
export function readingOfRows(file: LogFile, json: JsonRows, facts: TableFacts = {}): FileReading {
  const { rows, names, config, warnings } = json;
  const settings = Object.fromEntries(Object.entries(config).filter(([name]) => !kindFields.includes(name)));
  const known: KnownFacts =
    Object.keys(settings).length === 0 ? (facts.known ?? {}) : { ...facts.known, ...factsOfConfig(settings) };
  const { runs, reason } = runsOfTable({ ...facts, names, rows, known });
  return {
    path: file.path,
    runs,
    warnings,
    ...(reason === undefined ? {} : { reason: `the log ${reason}` }),
  };
}

const placed = /"(\w*[_/])?(step|epoch|iter|iteration|total_timesteps|num_tokens)"\s*:\s*[\d"]/i;

/** Objects with a step or epoch under a `.json` name: one a line, or in one list. */
function holdsRows({ headText }: LogFile): boolean {
  const [first = "", second = ""] = headText
    .replace(/^\uFEFF/, "")
    .trimStart()
    .split(/\r?\n/, 2);
  const isLines = /^\{.*\}\s*$/.test(first) && second.startsWith("{");
  return (isLines || /^\uFEFF?\s*\[\s*\{/.test(headText)) && placed.test(headText);
}

function detect(file: LogFile): number {
  if (/\.json$/i.test(file.name)) return holdsRows(file) ? 0.3 : 0;
  if (!/\.(jsonl|ndjson)$/i.test(file.name)) return 0;
  return file.headText !== "" || file.sizeBytes === 0 ? 0.3 : 0;
}

/** The rows of a file that is one JSON list, undefined where it begins otherwise. */
async function readJsonList(file: LogFile): Promise<JsonRows | undefined> {
  if (!/^\uFEFF?\s*\[/.test(file.headText)) return undefined;
  const list = await readJson(file);
  const entries = Array.isArray(list) ? list.filter(isEntries) : [];
  const rows = entries.map((entry) => flattened(entry));
  return { rows, names: [...new Set(rows.flatMap((row) => Object.keys(row)))], config: {}, warnings: [] };
}

/**
 * Any JSON-lines log with a step, epoch or token field, or one JSON list of such objects; nested objects flatten
 * with `.`. Only rows with a step are points; rows whose `event` is `config` give the settings.
 */
export const jsonl: LogReader = {
  format: "jsonl",
  title: "JSON lines",
  detect,
  read: async ([file], hints) => {
    const rows = (await readJsonList(file!)) ?? (await readJsonRows(file!));
    return [readingOfRows(file!, rows, { metric: hints?.metric })];
  },
};
