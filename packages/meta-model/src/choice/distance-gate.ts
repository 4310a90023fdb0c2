import { TaskDistance } from "@stopwise/learners";
import { featureKinds } from "../portfolio/experience.ts";
import { randomFrom } from "@stopwise/core/random";
import { groupPowerWeights } from "./training-part.ts";

/** Tasks that a fit has seen, `[nRuns]` each. */
export interface SeenTasks {
  /** Task features, `[nRuns][nFeatures]`. */
  readonly features: readonly Float64Array[];
  readonly groups: ArrayLike<number>;
}

/** What is seen of a run's task features `[nFeatures]`: all of them, or some, the others NaN. */
export type Sight = (features: Float64Array) => Float64Array;

/** Hides features at random, a share between none and nine in ten, as a user knows only some before a start. */
export function partlySeen(seed: number): Sight {
  const random = randomFrom(seed);
  return (features) => {
    const keep = 0.1 + 0.9 * random();
    return features.map((value) => (random() < keep ? value : Number.NaN));
  };
}

/**
 * The out-of-distribution gate d* of a fit: the 95th percentile, an order statistic, of the distances from each of its
 * runs to the nearest run of another group; +infinity with one group. A task beyond it has no certificate, and does not
 * calibrate one. What is seen of each run while the gate is made is all of it, unless a {@link Sight} hides a part.
 */
export class DistanceGate {
  readonly gate: number;
  readonly #seen: SeenTasks;
  readonly #distance: TaskDistance;

  constructor(seen: SeenTasks, sight: Sight = (features) => features) {
    this.#seen = seen;
    const weights = groupPowerWeights(seen.groups, 0);
    this.#distance = new TaskDistance({ features: seen.features, kinds: featureKinds, weights });
    const sorted = Float64Array.from(seen.features, (row, run) =>
      this.distanceTo(sight(row), seen.groups[run]),
    ).sort();
    this.gate = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Infinity;
  }

  /** Distance of a task to the nearest run that was seen; runs of `otherThan` do not count. */
  distanceTo(features: Float64Array, otherThan?: number): number {
    let least = Infinity;
    this.#seen.features.forEach((past, run) => {
      if (this.#seen.groups[run] === otherThan) return;
      least = Math.min(least, this.#distance.toPast(features, past));
    });
    return least;
  }

  /** Whether a task is near enough to what was seen. */
  passes(features: Float64Array): boolean {
    return this.distanceTo(features) <= this.gate;
  }
}
