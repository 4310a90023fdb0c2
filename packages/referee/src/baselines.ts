import { lowerMedian, type Curve, type RunRecord } from "@stopwise/core";
import { outcomeMatrix } from "@stopwise/policies";
import type { FixedRule } from "./method.ts";
import type { Study } from "./study.ts";

const lastOf = (curve: Curve): number => curve.nCheckpoints - 1;

/** Runs to the end. */
const neverStops: FixedRule = {
  name: "never-stop",
  certified: true,
  stops: ({ experience }, fold) => Int32Array.from(fold.judged, (row) => lastOf(experience.curves[row]!)),
};

/** Patience as Hugging Face counts it, without a minimum improvement, delivering the best checkpoint. */
function patience(threshold: number): FixedRule {
  return {
    name: `patience-${threshold}`,
    stops({ experience }, fold) {
      return Int32Array.from(fold.judged, (row) => {
        const curve = experience.curves[row]!;
        const policy = {
          version: 1,
          criterion: "staleness",
          monitor: curve.kind === "loss" ? "evalLoss" : "quality",
          direction: curve.kind === "loss" ? "min" : "max",
          params: { unit: "evals", minDelta: 0, minDeltaMode: "ratchet" },
          threshold,
        };
        return outcomeMatrix([curve], [policy]).stopIndex[0]!;
      });
    },
  };
}

/** Epochs done at each checkpoint, NaN where the record does not tell. */
function epochsOf(curve: Curve, run: RunRecord): Float64Array {
  if (curve.costUnit === "epochs") return curve.cost;
  const planned = run.plannedEpochs ?? run.hyper["epochs"];
  const rate = typeof planned === "number" ? planned / curve.plannedSteps : Number.NaN;
  return curve.epoch.map((epoch, index) => (Number.isNaN(epoch) ? curve.step[index]! * rate : epoch));
}

/** Stops at the first evaluation at or after one epoch; a run whose epochs are not known goes on to its end. */
const oneEpoch: FixedRule = {
  name: "1-epoch",
  stops: ({ experience }, fold) =>
    Int32Array.from(fold.judged, (row) => {
      const curve = experience.curves[row]!;
      const epochs = epochsOf(curve, experience.runs[row]!);
      const at = epochs.findIndex((epoch, index) => index >= curve.firstStop && epoch >= 1 - 1e-6);
      return at < 0 ? lastOf(curve) : at;
    }),
};

/** Running best of a curve in "more is better" orientation. */
function runningBest(curve: Curve): Float64Array {
  let best = -Infinity;
  const series = curve.kind === "loss" ? curve.evalLoss.map((loss) => -loss) : curve.quality;
  return series.map((value) => (best = value > best ? value : best));
}

function runningMean(curve: Curve): Float64Array {
  let [sum, count] = [0, 0];
  const series = curve.kind === "loss" ? curve.evalLoss.map((loss) => -loss) : curve.quality;
  return series.map((value) => {
    if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1];
    return count === 0 ? Number.NaN : sum / count;
  });
}

/** Value of a series at the last checkpoint whose cost is at most `cost`; NaN before the first. */
function valueAt(curve: Curve, series: Float64Array, cost: number): number {
  let value = Number.NaN;
  for (let index = 0; index < series.length && curve.cost[index]! <= cost; index++) value = series[index]!;
  return value;
}

/** Of what is known. */
function middle(values: readonly number[]): number {
  return lowerMedian(values.filter((value) => !Number.isNaN(value)));
}

const taskKey = (run: RunRecord): string => `${run.task ?? ""}\u0000${run.metric}`;

/**
 * Median stopping rule over past runs of the same task and metric: stop where the best so far is below the median of
 * their running means at the same cost. Past runs are those of the training part, so that with whole groups left out it
 * knows only tasks that stand in several groups, and under group folds mostly goes on to the end, as it does with fewer
 * than three past runs. `fewShot` gives it runs of the very task.
 *
 * @see Golovin et al. 2017, Google Vizier, section 3.2.2
 */
export const medianRule: FixedRule = {
  name: "median-rule",
  stops({ experience }: Study, fold) {
    const byTask = new Map<string, { curve: Curve; mean: Float64Array }[]>();
    for (const row of fold.train) {
      const curve = experience.curves[row]!;
      const key = `${taskKey(experience.runs[row]!)}\u0000${curve.costUnit}`;
      byTask.set(key, [...(byTask.get(key) ?? []), { curve, mean: runningMean(curve) }]);
    }
    return Int32Array.from(fold.judged, (row) => {
      const curve = experience.curves[row]!;
      const others = byTask.get(`${taskKey(experience.runs[row]!)}\u0000${curve.costUnit}`) ?? [];
      if (others.length < 3) return lastOf(curve);
      const best = runningBest(curve);
      for (let index = curve.firstStop; index < curve.nCheckpoints; index++) {
        const cost = curve.cost[index]!;
        // Running means are rounded: a run that equals them is not below.
        const past = middle(others.map((other) => valueAt(other.curve, other.mean, cost)));
        if (best[index]! < past - 1e-9) return index;
      }
      return lastOf(curve);
    });
  },
};

/** Rules with nothing to fit, by the names that reports use. */
export const fixedRules: readonly FixedRule[] = [
  neverStops,
  ...[1, 3, 5, 10].map(patience),
  oneEpoch,
  medianRule,
];
