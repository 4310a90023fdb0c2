import type { IngestedFile, IngestReport } from "@stopwise/readers";
import { counted } from "../../command-line/output.ts";
import { renderTable } from "../../command-line/table.ts";

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

function toldOf(file: IngestedFile): string {
  const metrics = new Set(file.runs.flatMap((run) => run.facts.metrics));
  return file.reason ?? file.partOf ?? [...metrics].join(", ");
}

/** One row per file: what it is, what it gave, or why it gave nothing. */
export function filesTable(files: readonly IngestedFile[]): string {
  return renderTable(files, [
    { title: "file", value: (file) => file.path, maxWidth: 80 },
    { title: "format", value: (file) => file.format },
    { title: "status", value: (file) => file.status },
    { title: "runs", value: (file) => file.runs.length, align: "right" },
    { title: "evals", value: evaluationsOf, align: "right" },
    { title: "last step", value: lastStepOf, align: "right" },
    { title: "metrics, or why not", value: toldOf },
  ]);
}

const shownWarnings = 10;

/** What the readers found odd, by file; the rest stands in `--json`. */
function warningLines(files: readonly IngestedFile[]): string[] {
  const lines = files.flatMap(({ path, warnings }) => warnings.map((warning) => `  ${path}: ${warning}`));
  if (lines.length === 0) return [];
  const rest = lines.length - shownWarnings;
  const more = rest > 0 ? [`  ... and ${counted(rest, "further remark")}; all of them with --json.`] : [];
  return ["remarks:", ...lines.slice(0, shownWarnings), ...more];
}

/** How many files were read, skipped and failed, the failed ones by name. */
export function countsText({ files }: IngestReport): string {
  const of = (status: IngestedFile["status"]): IngestedFile[] => files.filter((it) => it.status === status);
  const nRuns = files.reduce((sum, { runs }) => sum + runs.length, 0);
  const failed = of("failed");
  return [
    `${counted(files.length, "file")}: ${of("read").length} read (${counted(nRuns, "run")}), ` +
      `${of("skipped").length} skipped, ${failed.length} failed`,
    ...failed.map(({ reason, path }) => `  failed: ${reason ?? path}`),
    ...warningLines(files),
  ].join("\n");
}

const shownRuns = 30;

/** What each run lacks, as a table that ends after some thirty rows. */
export function missingText(missing: readonly MissingFacts[]): string {
  if (missing.length === 0) return "Nothing is missing.";
  const table = renderTable(missing.slice(0, shownRuns), [
    { title: "run", value: ({ run }) => run },
    { title: "missing", value: (it) => it.missing.join(", ") },
    { title: "log", value: ({ path }) => path, maxWidth: 72 },
  ]);
  const rest = missing.length - shownRuns;
  return rest > 0 ? `${table}\n... and ${counted(rest, "further run")}; all of them with --json.` : table;
}
