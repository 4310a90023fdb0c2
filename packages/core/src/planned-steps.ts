/** What tells the planned length of a training; unknown is null or absent. */
export interface StepPlan {
  /** Planned optimiser steps. */
  readonly maxSteps?: number | null | undefined;
  /** Planned passes over the training examples. */
  readonly epochs?: number | null | undefined;
  /** Training examples. */
  readonly datasetSize?: number | null | undefined;
  /** Examples of one optimiser step. */
  readonly batchSize?: number | null | undefined;
}

const isKnown = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value) && value > 0;

/**
 * Planned optimiser steps: given, else `epochs * ceil(datasetSize / batchSize)`, since trainers count the last,
 * smaller batch of an epoch as a step; part of an epoch is rounded up.
 *
 * @returns `undefined` where the plan is unknown
 * @example plannedStepsOf({ epochs: 3, datasetSize: 1000, batchSize: 64 }) // 48
 */
export function plannedStepsOf({ maxSteps, epochs, datasetSize, batchSize }: StepPlan): number | undefined {
  if (isKnown(maxSteps)) return maxSteps;
  if (!isKnown(epochs) || !isKnown(datasetSize) || !isKnown(batchSize)) return undefined;
  return Math.ceil(epochs * Math.ceil(datasetSize / batchSize) - 1e-9);
}
