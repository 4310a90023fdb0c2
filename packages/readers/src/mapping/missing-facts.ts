import type { IngestReport } from "../walking/ingest-report.ts";

const hints: Readonly<Record<string, string>> = {
  task: "task: squad              # name of the task or data set; runs of one task form a group",
  family: "family: t5               # model family",
  params: "params: 60500000         # parameters of the model",
  datasetSize: "datasetSize: 20000       # training examples",
  answerLength: "answerLength: 4          # typical answer length in tokens, 1 for classification",
  evalSize: "evalSize: 1000           # questions in the evaluation set",
  plan: "plannedSteps: 8000       # steps planned before the run started",
  tokens: "tokensPerStep: 16384     # training tokens of one optimiser step",
  quality: "metric: exact_match      # the log has no quality metric that could be read",
};

const folderOf = (path: string): string => {
  const parts = path.replace(/\/$/, "").split("/").slice(0, -1);
  if (/^checkpoint-\d+$/.test(parts.at(-1) ?? "")) parts.pop();
  return parts.join("/");
};

/** The folders of a report's runs with the facts missing in each, by folder. */
function missingByFolder(report: IngestReport): Map<string, { missing: Set<string>; nRuns: number }> {
  const folders = new Map<string, { missing: Set<string>; nRuns: number }>();
  for (const { path, format, runs } of report.files) {
    if (format === "run-record") continue;
    for (const { record, missing } of runs) {
      if (record === undefined || missing.length === 0) continue;
      const folder = folderOf(path);
      const entry = folders.get(folder) ?? { missing: new Set<string>(), nRuns: 0 };
      for (const fact of missing) entry.missing.add(fact);
      entry.nRuns += 1;
      folders.set(folder, entry);
    }
  }
  return folders;
}

/**
 * The `stopwise.yaml` that a user fills in after an ingest: one entry per folder, each missing fact as a comment
 * with an example value. It is valid as it stands and changes nothing until a line is uncommented.
 */
export function missingFactsYaml(report: IngestReport): string {
  const folders = [...missingByFolder(report)].sort(([left], [right]) => (left < right ? -1 : 1));
  const entries = folders.flatMap(([folder, { missing, nRuns }]) => [
    `  - path: ${JSON.stringify(folder === "" ? "**" : `${folder}/**`)} # ${nRuns} ${nRuns === 1 ? "run" : "runs"}`,
    ...[...missing].map((fact) => `    # ${hints[fact] ?? fact}`),
  ]);
  return [
    "# Facts that the logs lack. Fill in a value, remove its #, and ingest again.",
    "# Paths are globs: * within a folder, ** across folders; later entries win.",
    ...(entries.length === 0 ? ["runs: []"] : ["runs:", ...entries]),
    "",
  ].join("\n");
}
