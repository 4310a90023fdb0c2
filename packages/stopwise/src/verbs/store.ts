import { InvalidInputError } from "@stopwise/core";
import {
  addressInWords,
  copyStore,
  withRegistry,
  withStore,
  type Copied,
  type ModelEntry,
} from "@stopwise/store";
import type { Command } from "commander";
import { exitStatus } from "../command-line/failure.ts";
import { positive } from "../command-line/flags.ts";
import { counted, note, print, printJson } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { renderTable } from "../command-line/table.ts";

interface StoreVerbFlags extends StoreFlags {
  readonly json?: true;
  readonly wait: number;
}

const options = ({ wait }: StoreVerbFlags) => ({
  waitSeconds: wait,
  onWait: (line: string): void => note(`stopwise: ${line}`),
});

function copiedText({ nRuns, stored, nModels }: Copied, to: string): string {
  const models = nModels === 0 ? "" : `, ${counted(nModels, "model")}`;
  if (stored === null) return `${counted(nRuns, "run")} written to ${to}`;
  return `${addressInWords(to)}: ${counted(nRuns, "run")} copied (${stored.added} added, ${stored.updated} updated, ${stored.unchanged} unchanged)${models}`;
}

async function copy(from: string, to: string, flags: StoreVerbFlags): Promise<void> {
  const copied = await copyStore(from, to, options(flags));
  if (flags.json === true) printJson({ from: addressInWords(from), to: addressInWords(to), ...copied });
  else print(copiedText(copied, to));
}

/** A backup is a copy into a place that holds nothing yet, checked after. */
async function backup(to: string, flags: StoreVerbFlags): Promise<void> {
  const isFile = /\.(jsonl|jsonl\.gz|parquet)$/.test(to);
  const held = isFile ? 0 : (await withStore(to, { mode: "read" }, (store) => store.hashes())).size;
  if (held > 0) {
    throw new InvalidInputError(
      `${addressInWords(to)} holds ${counted(held, "run")} already.`,
      "Name a new place for a backup, or use stopwise store copy to add to this one.",
    );
  }
  await copy(flags.store, to, flags);
  if (isFile) return;
  const { problems } = await withStore(to, { mode: "read" }, (store) => store.check());
  if (problems[0] !== undefined) {
    throw new InvalidInputError(
      `the backup ${addressInWords(to)} is not sound: ${problems[0]}`,
      "Make it again.",
    );
  }
}

/** What stands of the models: whether the one in use can be opened. */
async function modelProblems(flags: StoreVerbFlags): Promise<{ nModels: number; problems: string[] }> {
  const { deserializeModel } = await import("@stopwise/meta-model/predict");
  return withRegistry(flags.store, { mode: "read" }, async (registry) => {
    try {
      const entry = await registry.current();
      if (entry !== undefined) deserializeModel(await registry.read(entry));
      return { nModels: (await registry.history()).length, problems: [] };
    } catch (error) {
      if (!(error instanceof Error) || !("hint" in error)) throw error;
      return { nModels: 0, problems: [`model in use: ${error.message}`] };
    }
  });
}

async function check(flags: StoreVerbFlags): Promise<void> {
  const runs = await withStore(flags.store, { ...options(flags), mode: "read" }, (store) => store.check());
  const models = await modelProblems(flags);
  const problems = [...runs.problems, ...models.problems];
  const store = addressInWords(flags.store);
  if (flags.json === true) printJson({ store, ...runs, nModels: models.nModels, problems });
  else {
    const counts = `${counted(runs.nRuns, "run")}, ${counted(runs.nCheckpoints, "checkpoint")}, ${counted(models.nModels, "model")}`;
    print(
      [
        `${store}: ${counts}`,
        ...problems,
        problems.length === 0 ? "Everything is as it was written." : "",
      ].join("\n"),
    );
  }
  if (problems.length > 0) process.exitCode = exitStatus.input;
}

function figuresOf({ facts }: ModelEntry): string {
  const comparison = facts["comparison"] as
    { candidate?: { meanSaving: number; meanEmLoss: number } } | null | undefined;
  if (comparison?.candidate === undefined) return "not compared";
  const { meanSaving, meanEmLoss } = comparison.candidate;
  return `${(100 * meanSaving).toFixed(1)} % at ${(100 * meanEmLoss).toFixed(2)} points`;
}

async function models(flags: StoreVerbFlags): Promise<void> {
  const history = await withRegistry(flags.store, { mode: "read" }, (registry) => registry.history());
  if (flags.json === true) {
    printJson({ models: history });
    return;
  }
  if (history.length === 0) {
    print("No model was put into use here; the one that ships with stopwise answers.");
    return;
  }
  print(
    renderTable([...history].reverse(), [
      { title: "model", value: ({ version }) => version.slice(0, 19) },
      { title: "put into use", value: ({ promotedAt }) => promotedAt },
      { title: "by", value: ({ by }) => by ?? null },
      {
        title: "data",
        value: ({ facts }) => (typeof facts["fingerprint"] === "string" ? facts["fingerprint"] : null),
      },
      { title: "runs", value: ({ facts }) => Number(facts["nRuns"] ?? Number.NaN), align: "right" },
      { title: "held-out groups", value: figuresOf },
    ]),
  );
}

/** `stopwise store copy|check|backup|models`. */
export function defineStore(command: Command): void {
  addStoreFlag(command.option("--json", "one JSON document on stdout")).option(
    "--wait <seconds>",
    "how long to wait for others that hold the store",
    positive("--wait"),
    120,
  );
  command
    .command("copy <from> <to>")
    .description(
      "copy all runs and models: a store folder, postgres://..., .parquet, .jsonl(.gz), a folder of shards",
    )
    .action((from: string, to: string, _flags: unknown, self: Command) =>
      copy(from, to, self.optsWithGlobals()),
    );
  command
    .command("check")
    .description("read every run, compare each with its hash, and open the model in use")
    .action((_flags: unknown, self: Command) => check(self.optsWithGlobals()));
  command
    .command("backup <to>")
    .description("copy the store to a place that holds nothing yet, and check the copy")
    .action((to: string, _flags: unknown, self: Command) => backup(to, self.optsWithGlobals()));
  command
    .command("models")
    .description("the models that were put into use: when, by whom, on which data, and how they did")
    .action((_flags: unknown, self: Command) => models(self.optsWithGlobals()));
  for (const sub of command.commands) sub.configureHelp({ showGlobalOptions: true });
  command.addHelpText(
    "after",
    `
Examples:
  stopwise store check
  stopwise store copy .stopwise postgres://ann@db.example.org/stopwise
  stopwise store copy parts/ .stopwise
  stopwise store backup backup.parquet --store postgres://ann@db.example.org/stopwise`,
  );
}
