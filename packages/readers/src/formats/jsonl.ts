import { InvalidInputError } from "@stopwise/core";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import type { TableFacts } from "./csv.ts";
import { linesOf, readLineBlocks, SkippedLines, type LineBlock } from "../files/log-lines.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber, parsePythonJson } from "../files/python-json.ts";
import type { KnownFacts } from "../mapping/raw-run.ts";

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Deeper objects are no rows of a log. */
const mostLevels = 64;

/**
 * Nested objects flattened, names joined by `.`; lists, nulls and booleans are left out.
 *
 * @throws {InvalidInputError} for objects nested deeper than 64 levels
 */
export function flattened(entries: Entries): Record<string, number | string> {
  const row = Object.create(null) as Record<string, number | string>;
  addFlattened(row, entries, { prefix: "", level: 1 });
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

function addFlattened(
  row: Record<string, number | string>,
  entries: Entries,
  { prefix, level }: { prefix: string; level: number },
): void {
  if (level > mostLevels) {
    throw new InvalidInputError(`an object is nested deeper than ${mostLevels} levels.`, "Flatten it.");
  }
  for (const key in entries) {
    const value = entries[key];
    if (typeof value === "number") row[prefix + key] = value;
    else if (typeof value === "string") row[prefix + key] = loggedNumber(value) ?? value;
    else if (isEntries(value)) addFlattened(row, value, { prefix: `${prefix}${key}.`, level: level + 1 });
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

interface Collected {
  readonly rows: GenericRow[];
  readonly names: Set<string>;
  readonly config: Record<string, unknown>;
}

const emptyConfig = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

function collect(value: Entries, { rows, names, config }: Collected): void {
  const row = isFlat(value) ? value : flattened(value);
  if (isConfig(value)) Object.assign(config, row);
  else {
    rows.push(row);
    for (const name in row) names.add(name);
  }
}

const [bracket, comma, closing, lineFeed] = [0x5b, 0x2c, 0x5d, 0x0a];

/** Used for every block, since it is only read until its text is made. */
let scratch = Buffer.alloc(0);

/** A block of lines as the text of one JSON list, line breaks as commas, and how many lines it has. */
function listOf(lines: Buffer): { text: string; nLines: number } {
  if (scratch.length <= lines.length) scratch = Buffer.allocUnsafe(lines.length + 1);
  const list = scratch.subarray(0, lines.length + 1);
  list[0] = bracket;
  lines.copy(list, 1);
  let nLines = 0;
  for (let at = list.indexOf(lineFeed); at >= 0; at = list.indexOf(lineFeed, at + 1)) {
    list[at] = comma;
    nLines += 1;
  }
  list[lines.length] = closing;
  return { text: list.toString("utf8"), nLines };
}

/**
 * The objects of a block that are one a line, parsed at once, which is cheaper than one by one; undefined
 * where some line is not exactly one object, or spells numbers as Python does.
 */
function parseBlock({ bytes }: LineBlock): readonly Entries[] | undefined {
  const { text, nLines } = listOf(bytes);
  try {
    const values: unknown = JSON.parse(text);
    return Array.isArray(values) && values.length === nLines && values.every(isEntries) ? values : undefined;
  } catch {
    return undefined; // Line by line it is told which line is damaged.
  }
}

function parsedOrUndefined(line: string): unknown {
  try {
    return parsePythonJson(line);
  } catch {
    return undefined; // The caller names the line.
  }
}

/**
 * Reads a JSON-lines log. Lines that do not parse are counted, named and skipped; the first line, or more than one
 * in a hundred, refuses the file. An unfinished last line is left out.
 *
 * @throws {LogFormatError} naming the line
 */
export async function readJsonRows(file: LogFile): Promise<JsonRows> {
  const collected: Collected = { rows: [], names: new Set(), config: emptyConfig() };
  const skipped = new SkippedLines(file.path);
  let isCut = false;
  for await (const block of readLineBlocks(file.absolute)) {
    const values = block.ended ? parseBlock(block) : undefined;
    if (values !== undefined) {
      for (const value of values) collect(value, collected);
      skipped.good(values.length);
      continue;
    }
    for (const { number, text, ended } of linesOf(block)) {
      const line = text.trim();
      if (line === "") continue;
      const value = parsedOrUndefined(line);
      if (isEntries(value)) {
        collect(value, collected);
        skipped.good();
      } else if (value !== undefined) skipped.bad(number, "is no JSON object");
      else if (ended) skipped.bad(number, "is no JSON");
      else isCut = true;
    }
  }
  const { rows, names, config } = collected;
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

const placed = /"(\w{0,60}[_/])?(step|epoch|iter|iteration|total_timesteps|num_tokens)"\s{0,9}:\s{0,9}[\d"]/i;

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
  description: {
    recognised:
      "`.jsonl` or `.ndjson`, or a `.json` with one object a line or one list of objects, with a step, epoch or token field",
    quality: "fields with an evaluation prefix or suffix, else bare scores",
    plan: "a row of kind `config`, or a field such as `max_steps`",
    end: "not told",
    notRead: "lists, booleans, rows without a place",
  },
  detect,
  read: async ([file], hints) => {
    const rows = (await readJsonList(file!)) ?? (await readJsonRows(file!));
    return [readingOfRows(file!, rows, { metric: hints?.metric })];
  },
};
