import type { CostUnit, Curve, Monitor } from "@stopwise/core";
import type { LiveCheckpoint } from "./live-checkpoint.ts";

/** One checkpoint as a criterion sees it: every number is there, NaN where the checkpoint lacks it. */
export interface Observation {
  /** 0-based position among the checkpoints of the run, those of the warm-up included. */
  index: number;
  step: number;
  tokens: number;
  epoch: number;
  quality: number;
  evalLoss: number;
  trainLoss: number;
  gradNorm: number;
  learningRate: number;
  /** Cumulative training cost: tokens where the run logs them, else steps. */
  cost: number;
  /** Whether the run may stop here: false at step 0. */
  admissible: boolean;
}

const finite = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;

/** The observation of one checkpoint of a curve; the same numbers that live control would see. */
export function observationAt(curve: Curve, index: number): Observation {
  const epoch = curve.epoch[index]!;
  const cost = curve.cost[index]!;
  return {
    index,
    step: curve.step[index]!,
    tokens: curve.tokens[index]!,
    epoch: Number.isNaN(epoch) && curve.costUnit === "epochs" ? cost : epoch,
    quality: curve.quality[index]!,
    evalLoss: curve.evalLoss[index]!,
    trainLoss: curve.trainLoss[index]!,
    gradNorm: curve.gradNorm[index]!,
    learningRate: curve.learningRate[index]!,
    cost,
    admissible: index >= curve.firstStop,
  };
}

/** Cumulative training cost of a run, in its unit. */
export interface Spent {
  readonly cost: number;
  readonly unit: CostUnit;
}

/**
 * Turns a live checkpoint into an observation. Non-finite values become NaN; a loss-only run's `value` is its
 * eval loss.
 *
 * @param checkpoint that was checked before
 * @param index position among the checkpoints
 * @param spent tokens that are not reported are those of the cost
 */
export function observationOf(checkpoint: LiveCheckpoint, index: number, spent: Spent): Observation {
  return {
    index,
    step: checkpoint.step,
    tokens: spent.unit === "tokens" ? spent.cost : finite(checkpoint.tokens),
    epoch: finite(checkpoint.epoch),
    quality: finite(checkpoint.quality),
    evalLoss: finite(checkpoint.evalLoss ?? checkpoint.value),
    trainLoss: finite(checkpoint.trainLoss),
    gradNorm: finite(checkpoint.gradNorm),
    learningRate: finite(checkpoint.lr),
    cost: spent.cost,
    admissible: spent.cost > 0,
  };
}

/** The watched value of an observation. */
export function monitored(observation: Observation, monitor: Monitor): number {
  return observation[monitor];
}
