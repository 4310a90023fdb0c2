import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { ModelFileError, type RunRecord } from "@stopwise/core";
import { deserializeModel, serializeModel, trainModel, type StopwiseModel } from "@stopwise/meta-model";
import { startWorker } from "@stopwise/policies/workers";
import type { ModelRegistry } from "@stopwise/store";

/** Runs that a model is fitted on only to be compared with another. */
export interface Trial {
  readonly runs: readonly RunRecord[];
  /** Equal for two trials exactly when they give the same model; undefined where this copy cannot tell. */
  readonly key: string | undefined;
}

/** What a worker is told: the runs of each trial that it fits. */
export interface TrialTask {
  readonly trials: readonly (readonly RunRecord[])[];
  readonly seed: number;
}

/** How trials are fitted. */
export interface TrialOptions {
  readonly registry: ModelRegistry;
  readonly seed: number;
  /** Whether a worker may fit them while this thread does something else. */
  readonly beside: boolean;
}

/**
 * The key of a trial: content of its runs, seed, and the model that ships with this copy, whose bytes change with the
 * code that trains and with the portfolio.
 *
 * @param runs - in the order they are learned from
 * @param hashOf - content of a run; undefined for a run of the shipped sweep
 */
export function trialKey(
  runs: readonly RunRecord[],
  hashOf: (run: RunRecord) => string | undefined,
  { seed, shipped }: { seed: number; shipped: string },
): string {
  const hash = createHash("sha256").update(`${shipped} ${seed}`);
  for (const run of runs) hash.update(`\n${run.id} ${hashOf(run) ?? "shipped"}`);
  return hash.digest("hex").slice(0, 16);
}

/** Whether a second thread can work beside this one. */
export function canWorkBeside(): boolean {
  return availableParallelism() > 1;
}

/** Fits a trial in this thread; gives its bytes. */
export function fitTrial(runs: readonly RunRecord[], seed: number): Uint8Array {
  return serializeModel(trainModel(runs, { seed, startOnly: true }));
}

/** Fits trials in a worker; gives their bytes. */
export function fitInWorker(task: TrialTask): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const worker = startWorker("./trial-worker", import.meta.url, task);
    worker.on("message", resolve);
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("the worker ended without an answer")));
  });
}

async function fitAll(task: TrialTask, beside: boolean): Promise<Uint8Array[]> {
  const here = (): Uint8Array[] => task.trials.map((runs) => fitTrial(runs, task.seed));
  if (!beside || task.trials.length === 0) return here();
  // Where no worker can be had, this thread fits them, and meets the same error where there is one.
  return fitInWorker(task).catch(here);
}

/** Bytes that are a whole model file; what was damaged is fitted again. */
function readable(bytes: Uint8Array | undefined): Uint8Array | undefined {
  try {
    return bytes && deserializeModel(bytes).bytes;
  } catch (error) {
    if (error instanceof ModelFileError) return undefined;
    throw error;
  }
}

/**
 * The models of trials: those that an earlier retraining kept are read, the others are fitted. The registry keeps these
 * models and no others, for the next retraining: what is the candidate now is the model in use then.
 */
export async function modelsOf(
  trials: readonly Trial[],
  { registry, seed, beside }: TrialOptions,
): Promise<StopwiseModel[]> {
  const kept = trials.map(({ key }) => (key === undefined ? undefined : readable(registry.trial(key))));
  const missing = trials.filter((_, k) => kept[k] === undefined);
  const fitted = await fitAll({ trials: missing.map(({ runs }) => runs), seed }, beside);
  const bytes = trials.map((trial, k) => kept[k] ?? fitted[missing.indexOf(trial)]!);
  registry.keepTrials(
    new Map(trials.flatMap(({ key }, k) => (key === undefined ? [] : [[key, bytes[k]!] as const]))),
  );
  return bytes.map(deserializeModel);
}
