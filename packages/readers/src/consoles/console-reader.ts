import type { FileReading, FormatDescription, LogFile, LogReader } from "../contract.ts";
import { readLines } from "../files/log-lines.ts";
import { runOfEntries, trainingsOf, type ConsoleEntry, type EntryOptions } from "./console-run.ts";

/** Reads the lines of one log in their order; what it keeps between them is its own. */
export type LineGrammar = (line: string) => ConsoleEntry | undefined;

/** One console format: how it is recognised and what its lines tell. */
export interface ConsoleFormat extends Omit<EntryOptions, "key"> {
  readonly format: string;
  readonly title: string;
  readonly description: FormatDescription;
  /** Found in the first bytes of every log of the format, and of no other. */
  readonly signature: RegExp;
  /** Names of files that may be of the format; default: those of text logs. */
  readonly names?: RegExp;
  /** A reader of lines for one log. */
  readonly grammar: () => LineGrammar;
}

const textNames = /\.(log|txt|out|stdout|stderr)$/i;
const colour = /\u001b\[[0-9;]{0,20}m/g;
/** No trainer prints longer lines about a curve; longer ones are printed data. */
const longestLine = 20_000;

/** A line as it was shown: without colours, of the states of a progress bar the last. */
function shownLine(text: string): string {
  const plain = text.includes("\u001b") ? text.replace(colour, "") : text;
  const shown = plain.startsWith("\uFEFF") ? plain.slice(1) : plain;
  return shown.includes("\r") ? (shown.split("\r").findLast((state) => state.trim() !== "") ?? "") : shown;
}

const lastDecimals = /\.(\d+)\s*$/;

/** Which values a line names: lines of one kind print their last number with as many decimals as each other. */
const kindOf = ({ evaluation, training }: ConsoleEntry): string =>
  [...Object.keys(evaluation ?? {}), ...Object.keys(training ?? {})].join("\n");

/**
 * Tells of a last line that no line break ends whether it was cut. It is whole where it ends behind a closing mark, or
 * where its last number has as many decimals as that of every line of its kind before it.
 */
class LineEnds {
  readonly #decimals = new Map<string, Set<number>>();

  seen(line: string, entry: ConsoleEntry): void {
    const kind = kindOf(entry);
    const decimals = this.#decimals.get(kind) ?? new Set();
    decimals.add(lastDecimals.exec(line)?.[1]!.length ?? 0);
    this.#decimals.set(kind, decimals);
  }

  isWhole(line: string, entry: ConsoleEntry): boolean {
    if (/[}\])|*]\s*$/.test(line)) return true;
    const printed = lastDecimals.exec(line)?.[1]!.length ?? 0;
    const usual = this.#decimals.get(kindOf(entry));
    return printed > 0 && usual?.size === 1 && usual.has(printed);
  }
}

async function entriesOf(file: LogFile, grammar: LineGrammar) {
  const entries: ConsoleEntry[] = [];
  const ends = new LineEnds();
  let isCut = false;
  for await (const { text, ended } of readLines(file.absolute)) {
    if (text.length > longestLine) continue;
    const line = shownLine(text);
    const entry = grammar(line);
    if (entry === undefined) continue;
    if (!ended && !ends.isWhole(line, entry)) isCut = true;
    else {
      ends.seen(line, entry);
      entries.push(entry);
    }
  }
  return { entries, warnings: isCut ? ["the last line is incomplete and left out."] : [] };
}

async function read({ path, ...file }: LogFile, format: ConsoleFormat): Promise<FileReading> {
  const { entries, warnings } = await entriesOf({ path, ...file }, format.grammar());
  const trainings = trainingsOf(entries);
  const runs = trainings.map((training, index) => {
    const key = trainings.length > 1 ? { key: `training ${index + 1}` } : {};
    return runOfEntries(training, { ...format, ...key });
  });
  const curves = runs.filter(({ evaluations }) => evaluations.length > 0);
  if (curves.length > 0) return { path, runs: curves, warnings };
  const hasTraining = runs.some(({ training }) => training.length > 0);
  const what = hasTraining ? "holds training lines only, no evaluation" : "holds no evaluation";
  return {
    path,
    runs: hasTraining ? runs.slice(0, 1) : [],
    reason: `the ${format.title} ${what}.`,
    warnings,
  };
}

/** A reader of logs whose lines each tell something by themselves or with the lines before. */
export function consoleReader(format: ConsoleFormat): LogReader {
  const { names = textNames, signature } = format;
  return {
    format: format.format,
    title: format.title,
    description: format.description,
    detect: (file) => (names.test(file.name) && signature.test(file.headText) ? 0.8 : 0),
    read: async ([file]) => [await read(file!, format)],
  };
}
