import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { missingFactsYaml, parseRunFacts, type IngestReport, type RunFacts } from "@stopwise/readers";

/** The file in the working folder that fills what logs lack. */
export const factsFile = "stopwise.yaml";

/** The user's facts, where the file is there. */
export function readFacts(): RunFacts | undefined {
  return existsSync(factsFile) ? parseRunFacts(readFileSync(factsFile, "utf8"), factsFile) : undefined;
}

/** The entries of a facts file as blocks of lines, each with the path it begins with. */
function entriesOf(yaml: string): { path: string; lines: string[] }[] {
  const entries: { path: string; lines: string[] }[] = [];
  for (const line of yaml.split("\n")) {
    const path = /^ {2}- path: (".*?"|\[".*?"\])(?: #|$)/.exec(line)?.[1];
    if (path !== undefined)
      entries.push({ path: [JSON.parse(path) as string | string[]].flat().join("\n"), lines: [line] });
    else if (line.startsWith("    ")) entries.at(-1)?.lines.push(line);
  }
  return entries;
}

/** The indentation of the list items in the user's file; two blanks where there is none yet. */
const indentationOf = (text: string): string => /^( *)- /m.exec(text)?.[1] ?? "  ";

/**
 * A facts file with the entries of a skeleton that it does not have yet, appended; what stands there stays as it is.
 *
 * @returns undefined where nothing is new, or where the file is written in a way that cannot be appended to
 */
export function withNewEntries(text: string, skeleton: string): string | undefined {
  const known = new Set(
    parseRunFacts(text).runs.flatMap(({ path }) => [path, [path].flat().join("\n")].flat()),
  );
  const fresh = entriesOf(skeleton).filter(({ path }) => !known.has(path));
  if (fresh.length === 0) return undefined;
  const indentation = indentationOf(text);
  const lines = fresh.flatMap((entry) => entry.lines.map((line) => indentation + line.slice(2)));
  const open = text.replace(/^runs: *(\[\])? *$/m, "runs:").replace(/\n*$/, "\n");
  const started = /^runs:/m.test(open) ? open : `${open}runs:\n`;
  const extended = `${started}${lines.join("\n")}\n`;
  return isExtensionOf(extended, text) ? extended : undefined;
}

/** Whether the longer text parses and holds the entries of the shorter one unchanged, in front. */
function isExtensionOf(longer: string, shorter: string): boolean {
  const before = parseRunFacts(shorter).runs;
  try {
    const after = parseRunFacts(longer).runs;
    return JSON.stringify(after.slice(0, before.length)) === JSON.stringify(before);
  } catch {
    // Written in flow style or otherwise not open at its end: left to the user.
    return false;
  }
}

/**
 * Writes what an ingest misses into the facts file: a new file, or new entries at the end of the user's own.
 *
 * @returns how many entries were added
 */
export function writeMissingFacts(report: IngestReport): number {
  const skeleton = missingFactsYaml(report, readFacts());
  const nEntries = entriesOf(skeleton).length;
  if (nEntries === 0) return 0;
  const before = existsSync(factsFile) ? readFileSync(factsFile, "utf8") : undefined;
  const content = before === undefined ? skeleton : withNewEntries(before, skeleton);
  if (content === undefined) return 0;
  const draft = `${factsFile}.${process.pid}.tmp`;
  writeFileSync(draft, content);
  renameSync(draft, factsFile);
  return before === undefined ? nEntries : entriesOf(content).length - entriesOf(before).length;
}
