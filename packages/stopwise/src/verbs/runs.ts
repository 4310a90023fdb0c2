import { InvalidInputError, nearest, type RunRecord } from "@stopwise/core";
import { withStore, type ExperimentStore, type RunFilter, type RunSummary } from "@stopwise/store";
import type { Command } from "commander";
import { counted, note, print, printJson } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { absorbLive } from "../library/absorb-live.ts";
import { feedbackRates, rateLine } from "../library/live-feedback.ts";
import { renderTable, shortNumber } from "../command-line/table.ts";

interface RunsFlags extends StoreFlags {
  readonly json?: true;
  readonly group?: string;
  readonly task?: string;
  readonly family?: string;
  readonly metric?: string;
}

const emptyLine = "The store is empty. Fill it with: stopwise ingest PATH...";

function filterOf({ group, task, family, metric }: RunsFlags): RunFilter {
  return { group, task, family, metric };
}

/** What live runs have told meanwhile counts, too. */
async function reading<T>(flags: RunsFlags, use: (store: ExperimentStore) => Promise<T>): Promise<T> {
  await absorbLive(flags.store);
  return withStore(flags.store, { mode: "read", onWait: (line) => note(`stopwise: ${line}`) }, use);
}

function listing(runs: readonly RunSummary[], flags: RunsFlags): string {
  const isFiltered = Object.values(filterOf(flags)).some((value) => value !== undefined);
  if (runs.length === 0) return isFiltered ? "No stored run matches." : emptyLine;
  const table = renderTable(runs, [
    { title: "run", value: (run) => run.id },
    { title: "group", value: (run) => run.group, maxWidth: 40 },
    { title: "model", value: (run) => run.model, maxWidth: 36 },
    { title: "metric", value: (run) => run.metric },
    { title: "evals", value: (run) => run.nCheckpoints, align: "right" },
    { title: "last step", value: (run) => run.lastStep, align: "right" },
    { title: "best", value: (run) => run.best, align: "right" },
    { title: "end", value: (run) => run.end },
  ]);
  return `${table}\n\n${counted(runs.length, "run")}`;
}

async function list(flags: RunsFlags): Promise<void> {
  const feedback = feedbackRates(flags.store);
  const runs = await reading(flags, (store) => store.listRuns(filterOf(flags)));
  if (flags.json === true) printJson({ runs, ...(feedback.length > 0 && { feedback }) });
  else print([listing(runs, flags), ...feedback.map(rateLine)].join("\n"));
}

/** The run of an id, or of the only id that begins so. */
async function findRun(store: ExperimentStore, id: string): Promise<RunRecord> {
  const exact = await store.readRuns({ id });
  if (exact[0] !== undefined) return exact[0];
  const ids = (await store.listRuns()).map((run) => run.id);
  const begun = ids.filter((it) => it.startsWith(id));
  if (begun.length === 1) return (await store.readRuns({ id: begun[0]! }))[0]!;
  const near = begun[0] ?? nearest(id, ids);
  const mend = near === undefined ? "List them with stopwise runs." : `Did you mean ${near}?`;
  throw new InvalidInputError(`there is no run ${id} in the store.`, ids.length === 0 ? emptyLine : mend);
}

function factLines(run: RunRecord): string[] {
  return Object.entries(run)
    .filter(([field, value]) => field !== "points" && value !== null && value !== undefined)
    .map(([field, value]) => `${field}: ${typeof value === "string" ? value : JSON.stringify(value)}`);
}

function page(run: RunRecord): string {
  const fields = [
    "step",
    "tokens",
    "epoch",
    "quality",
    "value",
    "testQuality",
    "evalLoss",
    "trainLoss",
    "lr",
  ] as const;
  const logged = fields.filter((field) => run.points.some((point) => (point[field] ?? null) !== null));
  const table = renderTable(
    run.points,
    logged.map((field) => ({
      title: field,
      value: (point) => (typeof point[field] === "number" ? shortNumber(point[field]) : null),
      align: "right" as const,
    })),
  );
  return [...factLines(run), "", table].join("\n");
}

async function show(id: string, flags: RunsFlags): Promise<void> {
  const run = await reading(flags, (store) => findRun(store, id));
  if (flags.json === true) printJson(run);
  else print(page(run));
}

async function exportTo(file: string, flags: RunsFlags): Promise<void> {
  const exported = await reading(flags, (store) => store.exportRuns(file, filterOf(flags)));
  if (flags.json === true) printJson({ file, exported });
  else print(`${counted(exported, "run")} written to ${file}`);
}

function addFilterFlags(command: Command): void {
  command
    .option("--group <name>", "only runs of this group")
    .option("--task <name>", "only runs of this task")
    .option("--family <name>", "only runs of this model family")
    .option("--metric <name>", "only runs with this metric");
}

/** `stopwise runs [show ID | export FILE]`. */
export function defineRuns(command: Command): void {
  addFilterFlags(addStoreFlag(command.option("--json", "one JSON document on stdout")));
  command.action(list);
  command
    .command("show <id>")
    .description("everything about one run; the beginning of its id is enough")
    .action((id: string, _flags: unknown, self: Command) => show(id, self.optsWithGlobals()));
  command
    .command("export <file>")
    .description("write run records to .jsonl, .jsonl.gz or .parquet")
    .action((file: string, _flags: unknown, self: Command) => exportTo(file, self.optsWithGlobals()));
  for (const sub of command.commands) sub.configureHelp({ showGlobalOptions: true });
  command.addHelpText(
    "after",
    `
Examples:
  stopwise runs --metric exact_match
  stopwise runs show 3f2a
  stopwise runs export runs.jsonl.gz --task squad`,
  );
}
