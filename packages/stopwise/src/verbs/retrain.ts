import { setTimeout as sleep } from "node:timers/promises";
import { withRegistry } from "@stopwise/store";
import type { Command } from "commander";
import { positive, threadCount, threadsHelp, wholeNumber } from "../command-line/flags.ts";
import { reportFailure } from "../command-line/failure.ts";
import { note, print, printJson } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { ingestPaths } from "./ingest.ts";
import { folderSignature } from "./retrain/folder-signature.ts";
import { retrainedPage, retrainOnce } from "./retrain/retrained-page.ts";

interface RetrainFlags extends StoreFlags {
  readonly rollback?: true;
  readonly watch?: string;
  readonly interval: number;
  readonly ownOnly?: true;
  readonly force?: true;
  readonly seed: number;
  readonly threads?: number;
  readonly json?: true;
}

async function rollback(flags: RetrainFlags): Promise<void> {
  const entry = await withRegistry(flags.store, {}, (registry) => registry.rollback());
  if (flags.json === true) printJson({ status: "rolled-back", model: entry ?? null });
  else if (entry === undefined) print("The model that ships with stopwise is in use again.");
  else print(`In use again: ${entry.version.slice(0, 19)}, first put into use ${entry.promotedAt}.`);
}

/** What a watched folder has given so far. */
interface Watched {
  /** The folder as it was when it was last ingested. */
  seen: string;
  /** Whether something was stored that no retraining has taken yet, e.g. since the last one failed. */
  isDue: boolean;
}

async function look(folder: string, flags: RetrainFlags, watched: Watched): Promise<void> {
  const signature = folderSignature(folder);
  if (signature !== watched.seen) {
    const { added, updated } = await ingestPaths([folder], flags);
    watched.isDue ||= added + updated > 0;
    watched.seen = signature;
  }
  if (!watched.isDue) return;
  const retrained = await retrainOnce(flags);
  watched.isDue = false;
  if (flags.json === true) print(JSON.stringify(retrained));
  else print(`${retrainedPage(retrained)}\n`);
}

/**
 * Ingests a folder whenever something in it has changed, and retrains when runs were added or have grown, until it is
 * interrupted. What fails is told and tried again: a log that is being written or a store that is busy now may be fine
 * the next time.
 */
async function watch(folder: string, flags: RetrainFlags): Promise<void> {
  note(`stopwise: watching ${folder}, every ${flags.interval} s; end with Ctrl-C`);
  const watched: Watched = { seen: "", isDue: false };
  for (;;) {
    try {
      await look(folder, flags, watched);
    } catch (error) {
      reportFailure(error);
    }
    await sleep(flags.interval * 1000);
  }
}

async function run(flags: RetrainFlags): Promise<void> {
  if (flags.rollback === true) {
    await rollback(flags);
    return;
  }
  if (flags.watch !== undefined) {
    await watch(flags.watch, flags);
    return;
  }
  const retrained = await retrainOnce(flags);
  if (flags.json === true) printJson(retrained);
  else print(retrainedPage(retrained));
}

/** `stopwise retrain`. */
export function defineRetrain(command: Command): void {
  command
    .option("--rollback", "put the model before the one in use back into use")
    .option("--watch <folder>", "ingest this folder again and again, and retrain when it has something new")
    .option("--interval <seconds>", "pause between two looks with --watch", positive("--interval"), 60)
    .option("--own-only", "learn from the stored runs alone, without the sweep that ships with stopwise")
    .option("--force", "train also where nothing is new")
    .option("--seed <n>", "seed of the training", wholeNumber("--seed"), 1)
    .option("--threads <n>", `${threadsHelp}; 1 also learns in one`, threadCount)
    .option("--json", "one JSON document on stdout (with --watch: one line per retraining)")
    .action(run);
  addStoreFlag(command).addHelpText(
    "after",
    `
A new model is compared with the one in use on groups that neither has seen; it is put into use unless it is worse.

Examples:
  stopwise retrain
  stopwise retrain --rollback
  stopwise retrain --watch runs/ --interval 300`,
  );
}
