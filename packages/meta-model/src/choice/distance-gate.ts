import { TaskDistance } from "@stopwise/learners";
import { featureKinds } from "../portfolio/experience.ts";
import { groupPowerWeights } from "./training-part.ts";

/** Tasks that a fit has seen, `[nRuns]` each. */
export interface SeenTasks {
  /** Task features, `[nRuns][nFeatures]`. */
  readonly features: readonly Float64Array[];
  readonly groups: ArrayLike<number>;
}

/**
 * The out-of-distribution gate d* of a fit: the 95th percentile, an order statistic, of the distances from each of its
 * runs to the nearest run of another group; +infinity with one group. A task beyond it has no certificate, and does not
 * calibrate one.
 */
export class DistanceGate {
  readonly gate: number;
  readonly #seen: SeenTasks;
  readonly #distance: TaskDistance;

  constructor(seen: SeenTasks) {
    this.#seen = seen;
    const weights = groupPowerWeights(seen.groups, 0);
    this.#distance = new TaskDistance({ features: seen.features, kinds: featureKinds, weights });
    const sorted = Float64Array.from(seen.features, (row, run) =>
      this.distanceTo(row, seen.groups[run]),
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
