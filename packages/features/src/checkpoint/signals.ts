/** What one evaluation of a run tells; NaN where a signal is missing. */
export interface CheckpointSignals {
  /** Optimiser steps so far. */
  readonly step: number;
  /** Training tokens so far. */
  readonly tokens: number;
  /** Epochs so far. */
  readonly epoch: number;
  /** The monitored score in [0, 1], higher is better. */
  readonly quality: number;
  readonly evalLoss: number;
  readonly trainLoss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
}

/** What was planned before the run started; NaN where unknown. */
export interface CheckpointPlan {
  readonly steps: number;
  readonly tokens: number;
  readonly epochs: number;
}

/** The plan of a run of which nothing was planned, or nothing is known. */
export const noPlan: CheckpointPlan = { steps: Number.NaN, tokens: Number.NaN, epochs: Number.NaN };
