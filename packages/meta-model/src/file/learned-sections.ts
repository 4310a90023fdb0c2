import type { Container } from "./container.ts";

/** Outcomes of thresholds on some kept runs, `[nRuns, nThresholds]`, in the order of the start-of-run part. */
export interface ThresholdOutcomes {
  readonly saving: Uint16Array;
  readonly emLoss: Uint16Array;
}

/** What the learned criterion of a population did on the runs that its model keeps. */
export interface LearnedPart {
  /** Ascending; a higher one never stops earlier. */
  readonly thresholds: Float64Array;
  /** By statistics from fits without a run's group. */
  readonly fit: ThresholdOutcomes;
  readonly calibration: ThresholdOutcomes;
}

/** Reads the learned part of a population; undefined where the model holds none. */
export function readLearnedPart(container: Container, population: string): LearnedPart | undefined {
  const name = `${population}.learned`;
  if (!container.has(`${name}.thresholds`)) return undefined;
  const outcomes = (part: string): ThresholdOutcomes => ({
    saving: container.section(`${name}.${part}.saving`, "u16"),
    emLoss: container.section(`${name}.${part}.emLoss`, "u16"),
  });
  return {
    thresholds: container.section(`${name}.thresholds`, "f64"),
    fit: outcomes("fit"),
    calibration: outcomes("calibration"),
  };
}
