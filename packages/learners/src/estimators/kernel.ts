import type { Estimator, FittedEstimator, Neighbours, TrainingSet } from "./estimator.ts";
import { TaskDistance } from "./task-distance.ts";
import { GroupTotals, HeaviestRuns, requireRuns, weightedMean } from "./weighted-mean.ts";

/** Bandwidths, in units of squared task distance, and prior masses that group cross-validation chooses from. */
const bandwidths = [0.02, 0.05, 0.1, 0.2, 0.4];
const priorMasses = [0.02, 0.1, 0.3];
const maxNeighbours = 100;
/** Runs on which the bandwidth is judged; more change the choice little. */
const maxJudged = 150;
/** Every so many targets are judged; neighbouring settings of a portfolio tell the same. */
const targetStride = 3;

/** A bandwidth and the mass of the overall mean, as a share of the total weight of the training set. */
export interface Smoothing {
  readonly bandwidth: number;
  readonly prior: number;
}

/**
 * Kernel weights: run i counts w_i exp(-d_i / h), with d the squared task distance, mixed with the overall mean
 * at a prior mass. Bandwidth and prior are chosen by leaving groups out, on the squared error of the targets.
 *
 * @see Nadaraya 1964; Watson 1964
 */
export const kernel: Estimator = {
  name: "kernel",
  fit(training) {
    requireRuns(training);
    return new FittedKernel(training);
  },
};

/** Kernel weights with a chosen smoothing. */
export class FittedKernel implements FittedEstimator {
  readonly #training: TrainingSet;
  readonly #distance: TaskDistance;
  readonly #totals: GroupTotals;
  readonly #totalWeight: number;
  readonly #heaviest: HeaviestRuns;
  /** Room for the distances of one task, and for the weights that they give, `[nRuns]` each. */
  readonly #distances: Float64Array;
  readonly #weights: Float64Array;
  readonly smoothing: Smoothing;

  /**
   * Chooses the smoothing on the training set, or takes the one that an earlier fit chose; the distance, where it is
   * made already, is taken over.
   */
  constructor(training: TrainingSet, smoothing?: Smoothing, distance = new TaskDistance(training)) {
    this.#training = training;
    this.#distance = distance;
    this.#totals = new GroupTotals(training);
    this.#totalWeight = training.weights.reduce((sum, weight) => sum + weight, 0);
    this.#heaviest = new HeaviestRuns(training.features.length, maxNeighbours);
    this.#distances = new Float64Array(training.features.length);
    this.#weights = new Float64Array(training.features.length);
    this.smoothing = smoothing ?? this.#chooseSmoothing();
  }

  predict(features: Float64Array): Float64Array {
    return this.#mix(this.#distancesOf(features), undefined, this.smoothing);
  }

  predictHeldOut(run: number): Float64Array {
    const group = this.#training.groups[run]!;
    return this.#mix(this.#distancesOf(this.#training.features[run]!), group, this.smoothing);
  }

  neighbours(features: Float64Array): Neighbours {
    return this.local(features).near;
  }

  /** Kernel weights of all runs, in their room; returns their sum. */
  #weigh(distances: Float64Array, without: number | undefined, bandwidth: number): number {
    const { weights, groups } = this.#training;
    const into = this.#weights;
    let mass = 0;
    for (let run = 0; run < into.length; run++) {
      const weight = groups[run] === without ? 0 : weights[run]! * Math.exp(-distances[run]! / bandwidth);
      into[run] = weight;
      mass += weight;
    }
    return mass;
  }

  #distancesOf(features: Float64Array): Float64Array {
    return this.#distance.toAll(features, this.#distances);
  }

  /** Neighbours of a task, valid until the next call, and the share of a prediction that is theirs; the rest is the overall mean's. */
  local(features: Float64Array): { near: Neighbours; share: number } {
    return this.#local(this.#distancesOf(features), undefined, this.smoothing);
  }

  #local(
    distances: Float64Array,
    without: number | undefined,
    smoothing: Smoothing,
  ): { near: Neighbours; share: number } {
    const mass = this.#weigh(distances, without, smoothing.bandwidth);
    return { near: this.#heaviest.of(this.#weights), share: this.#shareOf(mass, smoothing.prior) };
  }

  #shareOf(mass: number, prior: number): number {
    return mass === 0 ? 0 : mass / (mass + prior * 0.05 * this.#totalWeight);
  }

  #mix(distances: Float64Array, without: number | undefined, smoothing: Smoothing): Float64Array {
    const { near, share } = this.#local(distances, without, smoothing);
    const overall = this.#totals.meanWithout(without);
    if (share === 0) return overall;
    const local = weightedMean(this.#training, near);
    return local.map((value, target) => share * value + (1 - share) * overall[target]!);
  }

  #chooseSmoothing(): Smoothing {
    const { features, groups, nTargets, targets, weights } = this.#training;
    const stride = Math.max(1, Math.ceil(features.length / maxJudged));
    const options = bandwidths.flatMap((bandwidth) => priorMasses.map((prior) => ({ bandwidth, prior })));
    const errors = new Float64Array(options.length);
    for (let run = 0; run < features.length; run += stride) {
      const distances = this.#distancesOf(features[run]!);
      const overall = this.#totals.meanWithout(groups[run]);
      bandwidths.forEach((bandwidth, b) => {
        const mass = this.#weigh(distances, groups[run], bandwidth);
        const local = mass === 0 ? overall : weightedMean(this.#training, this.#heaviest.of(this.#weights));
        priorMasses.forEach((prior, p) => {
          const share = this.#shareOf(mass, prior);
          let error = 0;
          for (let t = 0; t < nTargets; t += targetStride)
            error += (share * local[t]! + (1 - share) * overall[t]! - targets[run * nTargets + t]!) ** 2;
          errors[b * priorMasses.length + p]! += weights[run]! * error;
        });
      });
    }
    return options[errors.indexOf(Math.min(...errors))]!;
  }
}
