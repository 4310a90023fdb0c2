import { setTimeout as sleep } from "node:timers/promises";
import { withRegistry } from "@stopwise/store";
import type { Command } from "commander";
import { positive, threadCount, threadsHelp, wholeNumber } from "../command-line/flags.ts";
import { reportFailure } from "../command-line/failure.ts";
import { counted, note, print, printJson, Progress } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { retrain, type Retrained } from "../retraining/retrain.ts";
import { ingestPaths } from "./ingest.ts";

interface RetrainFlags extends StoreFlags {
  readonly rollback?: true;
  readonly watch?: string;
  readonly interval: number;
  readonly ownOnly?: true;
  readonly experience?: string[];
  readonly promote?: true;
  readonly force?: true;
  readonly seed: number;
  readonly threads?: number;
  readonly json?: true;
}

async function once(flags: RetrainFlags): Promise<Retrained> {
  const progress = new Progress();
  try {
    return await retrain({
      store: flags.store,
      ownOnly: flags.ownOnly === true,
      promote: flags.promote === true,
      ...(flags.experience === undefined ? {} : { experience: flags.experience }),
      force: flags.force === true,
      seed: flags.seed,
      ...(flags.threads === undefined ? {} : { threads: flags.threads }),
      onProgress: (message) => progress.update(message),
    });
  } finally {
    progress.done();
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const points = (loss: number): string => (100 * loss).toFixed(2);

function page({ status, reason, model, comparison, ...counts }: Retrained): string {
  const { nRuns, nGroups, nNewRuns } = counts;
  const trained = `${counted(nRuns, "run")} in ${counted(nGroups, "group")}, ${nNewRuns} new`;
  const lines = [
    status === "promoted" ? `A new model is in use: ${trained}.` : `The model in use stays: ${trained}.`,
    reason,
  ];
  if (comparison !== null) {
    const line = (name: string, it: typeof comparison.candidate): string =>
      `  ${name.padEnd(12)} saves ${percent(it.meanSaving)} at a mean loss of ${points(it.meanEmLoss)} points`;
    lines.push(
      `On ${counted(comparison.nGroups, "held-out group")}, asked for a mean loss <= ${points(comparison.maxMeanEmLoss)} points:`,
      line("new", comparison.candidate),
      line("in use", comparison.inUse),
      `  the new one saves ${percent(comparison.savingGain.mean)} more (95 % limits ${percent(comparison.savingGain.low)} to ${percent(comparison.savingGain.high)})`,
    );
  }
  return [...lines, `In use: ${model.version} (${model.trainedOn}).`].join("\n");
}

async function rollback(flags: RetrainFlags): Promise<void> {
  const entry = await withRegistry(flags.store, {}, (registry) => registry.rollback());
  if (flags.json === true) printJson({ status: "rolled-back", model: entry ?? null });
  else if (entry === undefined) print("The model that ships with stopwise is in use again.");
  else print(`In use again: ${entry.version.slice(0, 19)}, first put into use ${entry.promotedAt}.`);
}

/** Ingests a folder again and again, and retrains when runs were added or have grown, until it is interrupted. */
async function watch(folder: string, flags: RetrainFlags): Promise<void> {
  note(`stopwise: watching ${folder}, every ${flags.interval} s; end with Ctrl-C`);
  for (;;) {
    try {
      const { added, updated } = await ingestPaths([folder], flags);
      if (added + updated > 0) {
        const retrained = await once(flags);
        if (flags.json === true) print(JSON.stringify(retrained));
        else print(`${page(retrained)}\n`);
      }
    } catch (error) {
      // A log that is being written or a store that is busy now may be fine the next time.
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
  const retrained = await once(flags);
  if (flags.json === true) printJson(retrained);
  else print(page(retrained));
}

/** `stopwise retrain`. */
export function defineRetrain(command: Command): void {
  command
    .option("--rollback", "put the model before the one in use back into use")
    .option("--watch <folder>", "ingest this folder again and again, and retrain when it has something new")
    .option("--interval <seconds>", "pause between two looks with --watch", positive("--interval"), 60)
    .option(
      "--experience <file...>",
      "experience packs to learn from, in place of those that ship with stopwise",
    )
    .option("--own-only", "learn from the stored runs alone, without experience of others")
    .option("--promote", "put the new model into use whatever the comparison says; recorded with it")
    .option("--force", "train also where nothing is new")
    .option("--seed <n>", "seed of the training", wholeNumber("--seed"), 1)
    .option("--threads <n>", `${threadsHelp}; 1 also learns in one`, threadCount)
    .option("--json", "one JSON document on stdout (with --watch: one line per retraining)")
    .action(run);
  addStoreFlag(command).addHelpText(
    "after",
    `
A new model is compared with the one in use on groups that neither has seen; it is put into use unless it is worse, or there
are too few to tell; --promote does so in any case.

Examples:
  stopwise retrain
  stopwise retrain --rollback
  stopwise retrain --watch runs/ --interval 300`,
  );
}
