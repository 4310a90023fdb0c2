import type { Estimator, Neighbours, TrainingSet } from "./estimator.ts";
import { TaskDistance } from "./task-distance.ts";
import { requireRuns, weightedMean } from "./weighted-mean.ts";

/**
 * The outcomes of the one past group whose nearest run is nearest in task features: the way of zero-shot AutoML.
 *
 * @see Oezturk et al. 2022, Zero-Shot AutoML with Pretrained Models; Feurer et al. 2022, Auto-Sklearn 2.0
 */
export const nearestTask: Estimator = {
  name: "nearest-task",
  fit(training) {
    requireRuns(training);
    const distance = new TaskDistance(training);
    const nearest = (features: Float64Array, without: number | undefined): Neighbours => {
      let [best, found] = [Infinity, -1];
      training.features.forEach((row, run) => {
        const group = training.groups[run]!;
        if (group === without) return;
        const value = distance.between(features, row);
        if (value < best) [best, found] = [value, group];
      });
      return runsOf(training, found < 0 ? without! : found);
    };
    return {
      predict: (features) => weightedMean(training, nearest(features, undefined)),
      predictHeldOut: (run) => weightedMean(training, nearest(training.features[run]!, training.groups[run])),
      neighbours: (features) => nearest(features, undefined),
    };
  },
};

function runsOf(training: TrainingSet, group: number): Neighbours {
  const runs = Array.from(training.groups.keys()).filter((run) => training.groups[run] === group);
  return { runs: Int32Array.from(runs), weights: new Float64Array(runs.length).fill(1 / runs.length) };
}
