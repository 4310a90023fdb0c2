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

/** One row per file: what it is, what it gave, or why it gave nothing. */
export function filesTable(files: readonly IngestedFile[]): string {
  const evals = ({ runs }: IngestedFile): string | null =>
    runs.length === 0 ? null : runs.map((run) => run.facts.nEvalPoints).join(", ");
  const lastStep = ({ runs }: IngestedFile): number | null => runs[0]?.facts.lastStep ?? null;
  const told = (file: IngestedFile): string =>
    file.reason ?? file.partOf ?? (file.runs[0]?.facts.metrics ?? []).join(", ");
  return renderTable(files, [
    { title: "file", value: (file) => file.path },
    { title: "format", value: (file) => file.format },
    { title: "status", value: (file) => file.status },
    { title: "evals", value: evals, align: "right" },
    { title: "last step", value: lastStep, align: "right" },
    { title: "metrics, or why not", value: told },
  ]);
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
