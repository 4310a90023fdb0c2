import { randomFrom, seedFor, shuffled, type Random } from "@stopwise/core/random";
import type { Estimator, FittedEstimator, Neighbours, TrainingSet } from "./estimator.ts";
import { growTree, leafOf, type ForestTree, type GrowthData } from "./forest-tree.ts";
import { GroupTotals, HeaviestRuns, requireRuns, weightedMean } from "./weighted-mean.ts";

/** How a forest grows. */
export interface ForestOptions {
  readonly nTrees: number;
  /** Smallest weight of a leaf, in average groups. */
  readonly minLeafGroups: number;
  /** Random cuts tried at a node. */
  readonly nTries: number;
  /** Share of the groups that a tree sees. */
  readonly groupShare: number;
  /** Directions that the targets are projected on. */
  readonly nDimensions: number;
}

/** Settings that decision quality on held-out groups chose. */
export const forestDefaults: ForestOptions = {
  nTrees: 100,
  minLeafGroups: 3,
  nTries: 12,
  groupShare: 0.7,
  nDimensions: 12,
};

/** Neighbours that a prediction uses at most. */
export const maxForestNeighbours = 150;

/**
 * Forest weights: extremely randomised trees over the task features with the targets of all policies as responses. Run i
 * counts, averaged over trees, w_i / (weight of the leaf) in every leaf it shares with the task; the prediction is the
 * weighted mean of those runs' targets. Held-out predictions come from the trees that have not seen the group.
 *
 * @see Meinshausen 2006, Quantile regression forests; Lin and Jeon 2006 (forests as adaptive neighbours)
 */
export function forestWith(name: string, options: Partial<ForestOptions> = {}): Estimator {
  const settings = { ...forestDefaults, ...options };
  return {
    name,
    fit(training, { seed }) {
      requireRuns(training);
      return new FittedForest(training, growForest(training, settings, seed));
    },
  };
}

/** Forest weights with the default settings. */
export const forest: Estimator = forestWith("forest");

/** A forest, and which groups each tree has seen. */
export interface Forest {
  readonly trees: readonly ForestTree[];
  /** Per tree, groups that it has not seen. */
  readonly unseen: readonly ReadonlySet<number>[];
}

/** Random directions in the space of targets; each target first has its own spread taken out. */
function projected(training: TrainingSet, nDimensions: number, random: Random): Float64Array {
  const { targets, nTargets, weights } = training;
  const nRuns = weights.length;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new GroupTotals(training).meanWithout(undefined);
  const spread = new Float64Array(nTargets);
  for (let run = 0; run < nRuns; run++) {
    for (let t = 0; t < nTargets; t++) {
      spread[t]! += (weights[run]! / total) * (targets[run * nTargets + t]! - mean[t]!) ** 2;
    }
  }
  const responses = new Float64Array(nRuns * nDimensions);
  for (let d = 0; d < nDimensions; d++) {
    for (let t = 0; t < nTargets; t++) {
      if (spread[t]! < 1e-10 || random() > 0.25) continue;
      const factor = (random() < 0.5 ? -1 : 1) / Math.sqrt(spread[t]!);
      for (let run = 0; run < nRuns; run++) {
        responses[run * nDimensions + d]! += factor * (targets[run * nTargets + t]! - mean[t]!);
      }
    }
  }
  return responses;
}

function growForest(training: TrainingSet, options: ForestOptions, seed: number): Forest {
  const random = randomFrom(seedFor(seed, "forest"));
  const names = [...new Set(training.groups)];
  const total = training.weights.reduce((sum, weight) => sum + weight, 0);
  const data: GrowthData = {
    features: training.features,
    isCategory: Uint8Array.from(training.kinds, (kind) => (kind === "category" ? 1 : 0)),
    responses: projected(training, options.nDimensions, random),
    nDimensions: options.nDimensions,
    weights: training.weights,
  };
  const unseen = Array.from({ length: options.nTrees }, () => {
    const nSeen = Math.max(1, Math.round(names.length * options.groupShare));
    return new Set(shuffled(names, random).slice(nSeen));
  });
  const runs = Array.from(training.groups.keys());
  const trees = unseen.map((left) =>
    growTree(
      data,
      runs.filter((run) => !left.has(training.groups[run]!)),
      { minLeafWeight: (options.minLeafGroups * total) / names.length, nTries: options.nTries, random },
    ),
  );
  return { trees, unseen };
}

/** A grown forest with the runs that its leaves hold. */
export class FittedForest implements FittedEstimator {
  readonly forest: Forest;
  readonly #training: Pick<TrainingSet, "features" | "groups" | "kinds" | "targets" | "nTargets" | "weights">;
  readonly #isCategory: Uint8Array;
  readonly #totals: GroupTotals;
  readonly #heaviest: HeaviestRuns;
  /** Room for the weights of one task, `[nRuns]`. */
  readonly #mass: Float64Array;

  constructor(training: TrainingSet, grown: Forest) {
    this.forest = grown;
    this.#training = training;
    this.#isCategory = Uint8Array.from(training.kinds, (kind) => (kind === "category" ? 1 : 0));
    this.#totals = new GroupTotals(training);
    this.#heaviest = new HeaviestRuns(training.weights.length, maxForestNeighbours);
    this.#mass = new Float64Array(training.weights.length);
  }

  predict(features: Float64Array): Float64Array {
    return weightedMean(this.#training, this.neighbours(features));
  }

  predictHeldOut(run: number): Float64Array {
    const group = this.#training.groups[run]!;
    const trees = this.forest.trees.filter((_, tree) => this.forest.unseen[tree]!.has(group));
    if (trees.length === 0) return this.#totals.meanWithout(group);
    return weightedMean(this.#training, this.#neighboursBy(trees, this.#training.features[run]!));
  }

  neighbours(features: Float64Array): Neighbours {
    return this.#neighboursBy(this.forest.trees, features);
  }

  #neighboursBy(trees: readonly ForestTree[], features: Float64Array): Neighbours {
    const { weights } = this.#training;
    const mass = this.#mass.fill(0);
    addForestWeights(mass, { trees, features, isCategory: this.#isCategory, weights });
    return this.#heaviest.of(mass);
  }
}

/** Adds the leaf co-occurrence weights of all runs to `mass`, `[nRuns]`; they sum to the number of trees. */
function addForestWeights(
  mass: Float64Array,
  {
    trees,
    features,
    isCategory,
    weights,
  }: {
    trees: readonly ForestTree[];
    features: Float64Array;
    isCategory: Uint8Array;
    weights: Float64Array;
  },
): void {
  for (const tree of trees) {
    const leaf = leafOf(tree, features, isCategory);
    const start = tree.left[leaf]!;
    const end = start + tree.size[leaf]!;
    let total = 0;
    for (let k = start; k < end; k++) total += weights[tree.members[k]!]!;
    for (let k = start; k < end; k++) mass[tree.members[k]!]! += weights[tree.members[k]!]! / total;
  }
}
