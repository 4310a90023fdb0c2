import type { Container } from "./container.ts";

/** What the learned criterion did on the calibration runs, `[nRuns, nThresholds]`, in the order of the start part. */
export interface LearnedPart {
  /** Ascending; a higher one never stops earlier. */
  readonly thresholds: Float64Array;
  readonly saving: Uint16Array;
  readonly emLoss: Uint16Array;
}

/** Reads the learned part of one kind; undefined where the model holds none. */
export function readLearnedPart(container: Container, kind: "quality" | "loss"): LearnedPart | undefined {
  if (!container.has(`${kind}.learned.thresholds`)) return undefined;
  return {
    thresholds: container.section(`${kind}.learned.thresholds`, "f64"),
    saving: container.section(`${kind}.learned.saving`, "u16"),
    emLoss: container.section(`${kind}.learned.emLoss`, "u16"),
  };
}
