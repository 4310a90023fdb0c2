import { InsufficientDataError } from "@stopwise/core";
import type { Neighbours, TrainingSet } from "./estimator.ts";
import { Ranking } from "./ranking.ts";

/** Refuses an empty training set. @throws InsufficientDataError */
export function requireRuns(training: TrainingSet): void {
  if (training.features.length > 0) return;
  throw new InsufficientDataError({ has: 0, needs: 1, what: "runs" }, "Ingest runs first.");
}

/**
 * Weighted mean of the targets of some runs, `[nTargets]`; NaN everywhere when the weights sum to zero.
 * Costs nNeighbours x nTargets.
 */
export function weightedMean(training: TrainingSet, { runs, weights }: Neighbours): Float64Array {
  const { targets, nTargets } = training;
  const mean = new Float64Array(nTargets);
  let total = 0;
  for (let k = 0; k < runs.length; k++) {
    const weight = weights[k]!;
    const start = runs[k]! * nTargets;
    total += weight;
    for (let target = 0; target < nTargets; target++) mean[target]! += weight * targets[start + target]!;
  }
  for (let target = 0; target < nTargets; target++) mean[target]! /= total;
  return mean;
}

/** Picks the heaviest runs out of many, in room that is made once. */
export class HeaviestRuns {
  readonly #ranking: Ranking;
  /** `[nRuns]`, the heavier a run the smaller. */
  readonly #keys: Float64Array;
  readonly #runs: Int32Array;
  readonly #weights: Float64Array;

  /**
   * Makes the room.
   *
   * @param nRuns runs to pick from
   * @param limit runs to pick at most
   */
  constructor(nRuns: number, limit: number) {
    this.#ranking = new Ranking(limit);
    this.#keys = new Float64Array(nRuns);
    this.#runs = new Int32Array(limit);
    this.#weights = new Float64Array(limit);
  }

  /**
   * The heaviest runs with weights that sum to 1, heaviest first; ties by run number. Zero weights are left out.
   *
   * @param weights `[nRuns]`, >= 0
   * @returns views on the room of this picker, valid until its next call
   */
  of(weights: Float64Array): Neighbours {
    const keys = this.#keys;
    for (let run = 0; run < keys.length; run++) keys[run] = weights[run]! > 0 ? -weights[run]! : Infinity;
    const order = this.#ranking.smallest(keys);
    let total = 0;
    for (let k = 0; k < order.length; k++) total += weights[order[k]!]!;
    for (let k = 0; k < order.length; k++) {
      this.#runs[k] = order[k]!;
      this.#weights[k] = weights[order[k]!]! / total;
    }
    return {
      runs: this.#runs.subarray(0, order.length),
      weights: this.#weights.subarray(0, order.length),
    };
  }
}

/** Sums of weight and of weighted targets, over all runs and by group: what leaving one group out needs. */
export class GroupTotals {
  readonly #training: TrainingSet;
  readonly #sums = new Map<number, Float64Array>();
  readonly #weight = new Map<number, number>();
  readonly #all: Float64Array;
  #total = 0;

  constructor(training: TrainingSet) {
    const { nTargets, targets, weights, groups } = training;
    this.#training = training;
    this.#all = new Float64Array(nTargets);
    for (let run = 0; run < weights.length; run++) {
      const group = groups[run]!;
      const weight = weights[run]!;
      const sums = this.#sums.get(group) ?? new Float64Array(nTargets);
      this.#sums.set(group, sums);
      this.#weight.set(group, (this.#weight.get(group) ?? 0) + weight);
      this.#total += weight;
      for (let target = 0; target < nTargets; target++) {
        const part = weight * targets[run * nTargets + target]!;
        sums[target]! += part;
        this.#all[target]! += part;
      }
    }
  }

  /** Weighted mean of the targets over every run but those of one group; over all when it is the only group. */
  meanWithout(group: number | undefined): Float64Array {
    const weight = group === undefined ? 0 : (this.#weight.get(group) ?? 0);
    const rest = this.#total - weight;
    if (group === undefined || weight === 0 || rest <= this.#total * 1e-12) {
      return this.#all.map((sum) => sum / this.#total);
    }
    const own = this.#sums.get(group)!;
    return Float64Array.from({ length: this.#training.nTargets }, (_, t) => (this.#all[t]! - own[t]!) / rest);
  }
}
