import type { Curve, Monitor } from "@stopwise/core";

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

/** The watched value of an observation. */
export function monitored(observation: Observation, monitor: Monitor): number {
  return observation[monitor];
}
