import type { IngestedFile, IngestReport } from "@stopwise/readers";
import { counted } from "../../command-line/output.ts";
import { renderTable, type Column } from "../../command-line/table.ts";
import { printable } from "../../command-line/printable.ts";

/** One file of `ingest --json`: what it gave as the log says it. */
export function fileJson({ path, format, status, reason, partOf, warnings, runs }: IngestedFile): object {
  const facts = runs.map((run) => run.facts);
  const told = warnings.length === 0 ? {} : { warnings };
  return { path, format, status, reason, partOf, ...told, runs: facts };
}

/** What a stored run still lacks. */
export interface MissingFacts {
  readonly run: string;
  readonly path: string;
  readonly missing: readonly string[];
}

/** The runs of a report that lack facts. */
export function missingOf(report: IngestReport): MissingFacts[] {
  return report.files.flatMap(({ path, runs }) =>
    runs.flatMap(({ record, missing }) =>
      record === undefined || missing.length === 0 ? [] : [{ run: record.id, path, missing }],
    ),
  );
}

/** The evaluations of a file's runs: their number, or the smallest and largest of several. */
function evaluationsOf({ runs }: IngestedFile): string | number | null {
  const counts = runs.map((run) => run.facts.nEvalPoints);
  if (counts.length <= 1) return counts[0] ?? null;
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? least : `${least} to ${most}`;
}

const lastStepOf = ({ runs }: IngestedFile): number | null =>
  runs.length === 1 ? runs[0]!.facts.lastStep : null;

/** The metric that the record goes by first, then the others. */
function metricsOf({ runs }: IngestedFile): string {
  const metrics = new Set(runs.flatMap((run) => run.facts.metrics));
  const chosen = new Set(runs.flatMap(({ record }) => (record === undefined ? [] : [record.metric])));
  const others = [...metrics].join(", ");
  return chosen.size === 0 ? others : `${[...chosen].join(", ")} (of ${others})`;
}

const hasRuns = ({ status, runs }: IngestedFile): boolean => status === "read" && runs.length > 0;

/** Width of the terminal; of a file or pipe a hundred. */
export const terminalWidth = (): number => process.stdout.columns || 100;

/** Widths of the columns that may shrink, so that a row fits a line beside the others. */
function sharedWidth(width: number, fixed: number): { file: number; metric: number } {
  const free = Math.max(28, width - fixed);
  const file = Math.max(16, Math.floor(free * 0.6));
  return { file, metric: free - file };
}

/**
 * One row per file with runs: what it is and what it gave.
 *
 * @param files - of a report
 * @param width - characters of a line
 */
export function filesTable(files: readonly IngestedFile[], width = terminalWidth()): string {
  const nParts = new Map<string, number>();
  for (const { partOf } of files) if (partOf !== undefined) nParts.set(partOf, (nParts.get(partOf) ?? 0) + 1);
  const shown = files.filter(hasRuns);
  const middle: Column<IngestedFile>[] = [
    { title: "format", value: (file) => file.format, maxWidth: 21 },
    { title: "runs", value: (file) => file.runs.length, align: "right" },
    { title: "evals", value: evaluationsOf, align: "right" },
    { title: "last step", value: lastStepOf, align: "right" },
    { title: "parts", value: (file) => nParts.get(file.path) ?? null, align: "right" },
  ];
  const fixed = renderTable(shown, middle)
    .split("\n")
    .reduce((most, line) => Math.max(most, line.length), 0);
  const widths = sharedWidth(width, fixed + 4);
  return renderTable(shown, [
    { title: "file", value: (file) => file.path, maxWidth: widths.file },
    ...middle,
    { title: "metric", value: metricsOf, maxWidth: widths.metric },
  ]);
}

/** Entries of equal key, the largest groups first. */
function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [key: string, items: T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups].sort(([, left], [, right]) => right.length - left.length);
}

const shownReasons = 8;

/** Why files were skipped, summed up by reason with one file for each. */
function skippedLines(files: readonly IngestedFile[]): string[] {
  const skipped = files.filter(({ status, partOf }) => status === "skipped" && partOf === undefined);
  const reasons = grouped(skipped, ({ reason = "" }) => reason);
  const lines = reasons.slice(0, shownReasons).map(([reason, those]) => {
    const [first] = those;
    const where =
      those.length === 1
        ? printable(first!.path)
        : `${counted(those.length, "file")}, such as ${printable(first!.path)}`;
    return `  skipped: ${where}: ${printable(reason)}`;
  });
  const rest = reasons.length - shownReasons;
  return rest > 0
    ? [...lines, `  ... and ${counted(rest, "further reason")}; all of them with --json.`]
    : lines;
}

const shownWarnings = 10;

/** What the readers found odd, equal remarks once with the number of files; the rest stands in `--json`. */
function warningLines(files: readonly IngestedFile[]): string[] {
  const remarks = files
    .filter(({ partOf }) => partOf === undefined)
    .flatMap(({ path, warnings }) => warnings.map((warning) => ({ path, warning })));
  if (remarks.length === 0) return [];
  const groups = grouped(remarks, ({ warning }) => warning.replace(/\d+/g, "#"));
  const lines = groups.slice(0, shownWarnings).map(([, those]) => {
    const { path, warning } = those[0]!;
    const more = those.length > 1 ? ` (and ${counted(those.length - 1, "like remark")})` : "";
    return `  ${printable(path)}: ${printable(warning)}${more}`;
  });
  const rest = groups.length - shownWarnings;
  const more = rest > 0 ? [`  ... and ${counted(rest, "further remark")}; all of them with --json.`] : [];
  return ["remarks:", ...lines, ...more];
}

/** How many files were read, skipped and failed, the failed ones by name, the skipped ones by reason. */
export function countsText({ files }: IngestReport): string {
  const nOf = (status: IngestedFile["status"]): number =>
    files.filter((file) => file.status === status).length;
  const nRuns = files.reduce((sum, file) => sum + (hasRuns(file) ? file.runs.length : 0), 0);
  const nParts = files.filter(({ partOf, status }) => partOf !== undefined && status === "read").length;
  const parts =
    nParts === 0 ? "" : `, ${nParts.toLocaleString("en-US")} of them part of a run of another file`;
  const failed = files.filter(({ status }) => status === "failed");
  return [
    `${counted(files.length, "file")}: ${nOf("read")} read (${counted(nRuns, "run")}${parts}), ` +
      `${nOf("skipped")} skipped, ${failed.length} failed`,
    ...failed.map(({ reason, path }) => `  failed: ${printable(reason ?? path)}`),
    ...skippedLines(files),
    ...warningLines(files),
  ].join("\n");
}

const shownRuns = 30;

/** What each run lacks, as a table that ends after some thirty rows. */
export function missingText(missing: readonly MissingFacts[], width = terminalWidth()): string {
  if (missing.length === 0) return "Nothing is missing.";
  const table = renderTable(missing.slice(0, shownRuns), [
    { title: "run", value: ({ run }) => run, maxWidth: 20 },
    {
      title: "missing",
      value: (run) => run.missing.join(", "),
      maxWidth: Math.max(30, Math.floor(width / 2)),
    },
    {
      title: "log",
      value: ({ path }) => path,
      maxWidth: Math.max(20, width - 24 - Math.floor(width / 2)),
    },
  ]);
  const rest = missing.length - shownRuns;
  return rest > 0 ? `${table}\n... and ${counted(rest, "further run")}; all of them with --json.` : table;
}

/**
 * How many runs have no group, and the one line that tells it; undefined where all have one.
 *
 * @param report - of the ingest
 * @param paths - as the user gave them
 */
export function groupsText(report: IngestReport, paths: readonly string[]): string | undefined {
  const records = report.files.flatMap(({ runs }) =>
    runs.flatMap(({ record }) => (record === undefined ? [] : [record])),
  );
  const lacking = records.filter(({ group, task, sweep }) => (group ?? task ?? sweep ?? null) === null);
  if (lacking.length === 0) return undefined;
  const of = lacking.length === records.length ? "" : ` of ${records.length.toLocaleString("en-US")}`;
  return (
    `${counted(lacking.length, "run")}${of} ${lacking.length === 1 ? "has" : "have"} no group: no certificate for new tasks counts ` +
    `${lacking.length === 1 ? "the run" : "them"}. Say what was trained: stopwise ingest ${paths.map(printable).join(" ")} --task NAME`
  );
}
