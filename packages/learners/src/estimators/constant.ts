import type { Estimator } from "./estimator.ts";
import { GroupTotals, requireRuns } from "./weighted-mean.ts";

/**
 * The same prediction for every task: the weighted mean over all runs. What is chosen from it is the best fixed
 * policy.
 */
export const constant: Estimator = {
  name: "constant",
  fit(training) {
    requireRuns(training);
    const totals = new GroupTotals(training);
    const mean = totals.meanWithout(undefined);
    const held = new Map<number, Float64Array>();
    return {
      predict: () => mean,
      predictHeldOut(run) {
        const group = training.groups[run]!;
        let answer = held.get(group);
        if (answer === undefined) held.set(group, (answer = totals.meanWithout(group)));
        return answer;
      },
    };
  },
};
