import { counted, note, Progress } from "../../command-line/output.ts";
import { retrain, type Retrained } from "../../retraining/retrain.ts";
import { percent } from "../../command-line/percent.ts";

/** Flags of a retraining, whichever verb asks for it. */
export interface RetrainOnceFlags {
  readonly store: string;
  readonly ownOnly?: true;
  readonly experience?: readonly string[];
  readonly promote?: true;
  readonly force?: true;
  readonly seed: number;
  readonly threads?: number;
}

/** Retrains once, and shows how far it is. */
export async function retrainOnce(flags: RetrainOnceFlags): Promise<Retrained> {
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
      onWait: (line) => note(`stopwise: ${line}`),
    });
  } finally {
    progress.done();
  }
}

const points = (loss: number): string => (100 * loss).toFixed(2);

/** What a retraining did, for people. */
export function retrainedPage({ status, reason, model, comparison, ...counts }: Retrained): string {
  const { nRuns, nGroups, nNewRuns, drift } = counts;
  const trained = `${counted(nRuns, "run")} in ${counted(nGroups, "group")}, ${nNewRuns} new`;
  const lines = [
    status === "promoted" ? `A new model is in use: ${trained}.` : `The model in use stays: ${trained}.`,
    reason,
  ];
  if (comparison !== null) {
    const line = (name: string, it: typeof comparison.candidate): string =>
      `  ${name.padEnd(12)} saves ${percent(it.meanSaving, 1)} at a mean loss of ${points(it.meanEmLoss)} points`;
    lines.push(
      `On ${counted(comparison.nGroups, "held-out group")}, asked for a mean loss <= ${points(comparison.maxMeanEmLoss)} points:`,
      line("new", comparison.candidate),
      line("in use", comparison.inUse),
      `  the new one saves ${percent(comparison.savingGain.mean, 1)} more (95 % limits ${percent(comparison.savingGain.low, 1)} to ${percent(comparison.savingGain.high, 1)})`,
    );
  }
  for (const { fact, nRuns: nOutside, known, now } of drift) {
    lines.push(`Drift: ${counted(nOutside, "new run")} with ${fact} ${now}; before ${known}.`);
  }
  return [...lines, `In use: ${model.version} (${model.trainedOn}).`].join("\n");
}
