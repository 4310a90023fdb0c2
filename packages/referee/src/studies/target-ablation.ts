import { nTargetsOf } from "@stopwise/meta-model";
import { constant, type Estimator, type FittedEstimator } from "@stopwise/learners";

const nPerCandidate = nTargetsOf(1);
/** Where losses are clipped: a mean loss of this stands for a probability of 1. */
const clip = 0.2;

/** Changes a row of predictions `[nTargets]` before anything is chosen from it. */
type Rewrite = (row: Float64Array, overall: Float64Array) => Float64Array;

/** An estimator whose predictions are rewritten, with the overall ones at hand. */
function rewritten(estimator: Estimator, rewrite: Rewrite): Estimator {
  return {
    name: estimator.name,
    fit(training, options): FittedEstimator {
      const [own, overall] = [estimator.fit(training, options), constant.fit(training, options)];
      return {
        predict: (features) => rewrite(own.predict(features), overall.predict(features)),
        predictHeldOut: (run) => rewrite(own.predictHeldOut(run), overall.predictHeldOut(run)),
      };
    },
  };
}

/** The k-th of the targets that every candidate has: 0 the saving, 1 the loss, then the tails. */
function part(row: Float64Array, k: number): Float64Array {
  const n = row.length / nPerCandidate;
  return row.subarray(k * n, (k + 1) * n);
}

/** An estimator that predicts the saving, or the loss and its tails, as the same for every task. */
export function withOverall(estimator: Estimator, target: "saving" | "risk"): Estimator {
  return rewritten(estimator, (row, overall) => {
    const mixed = Float64Array.from(row);
    for (let k = 0; k < nPerCandidate; k++) {
      if ((k === 0) === (target === "saving")) part(mixed, k).set(part(overall, k));
    }
    return mixed;
  });
}

/** An estimator that knows the mean loss alone: loss / 0.2 is read as the probability of every tail. */
export function withLossesOnly(estimator: Estimator): Estimator {
  return rewritten(estimator, (row) => {
    const mixed = Float64Array.from(row);
    const scaled = part(row, 1).map((loss) => loss / clip);
    for (let k = 2; k < nPerCandidate; k++) part(mixed, k).set(scaled);
    return mixed;
  });
}

/** An estimator that knows tails alone: 0.2 P(loss > 1 point) is read as the mean loss. */
export function withTailsOnly(estimator: Estimator): Estimator {
  return rewritten(estimator, (row) => {
    const mixed = Float64Array.from(row);
    part(mixed, 1).set(part(row, 3).map((probability) => probability * clip));
    return mixed;
  });
}
