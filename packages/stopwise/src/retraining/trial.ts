import { createHash } from "node:crypto";
import { ModelFileError, type RunRecord } from "@stopwise/core";
import { deserializeModel, serializeModel, trainModel, type StopwiseModel } from "@stopwise/meta-model";
import type { ModelRegistry } from "@stopwise/store";

/** Runs that a model is fitted on only to be compared with another. */
export interface Trial {
  readonly runs: readonly RunRecord[];
  /** Equal for two trials exactly when they give the same model; undefined where this copy cannot tell. */
  readonly key: string | undefined;
}

/** How trials are fitted. */
export interface TrialOptions {
  readonly registry: ModelRegistry;
  readonly seed: number;
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

/** Fits a trial; gives its bytes. */
export function fitTrial(runs: readonly RunRecord[], seed: number): Uint8Array {
  return serializeModel(trainModel(runs, { seed, startOnly: true }));
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
  { registry, seed }: TrialOptions,
): Promise<StopwiseModel[]> {
  const bytes: Uint8Array[] = [];
  for (const { runs, key } of trials) {
    const kept = key === undefined ? undefined : readable(await registry.trial(key));
    bytes.push(kept ?? fitTrial(runs, seed));
  }
  await registry.keepTrials(
    new Map(trials.flatMap(({ key }, k) => (key === undefined ? [] : [[key, bytes[k]!] as const]))),
  );
  return bytes.map(deserializeModel);
}
