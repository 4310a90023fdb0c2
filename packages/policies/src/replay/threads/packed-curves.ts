import type { Curve, CurveSeries } from "@stopwise/core";

const seriesNames = [
  "step",
  "tokens",
  "epoch",
  "quality",
  "testQuality",
  "evalLoss",
  "trainLoss",
  "gradNorm",
  "learningRate",
  "cost",
] as const satisfies readonly (keyof CurveSeries | "cost")[];

type Facts = Omit<Curve, (typeof seriesNames)[number]>;

/** Curves in one block of memory that threads share: packed once, read by all, copied for none. */
export interface PackedCurves {
  readonly facts: readonly Facts[];
  /** All series of the first curve, then those of the second, and so on. */
  readonly values: Float64Array<SharedArrayBuffer>;
  /** Where each curve's series begin in `values`, `[nRuns]`. */
  readonly starts: Float64Array;
}

function factsOf(curve: Curve): Facts {
  const {
    id,
    group,
    kind,
    metricClass,
    nCheckpoints,
    costUnit,
    firstStop,
    plannedCost,
    plannedSteps,
    evalSize,
  } = curve;
  return {
    id,
    group,
    kind,
    metricClass,
    nCheckpoints,
    costUnit,
    firstStop,
    plannedCost,
    plannedSteps,
    evalSize,
  };
}

/** Packs curves: one copy of their numbers. */
export function packCurves(curves: readonly Curve[]): PackedCurves {
  const starts = new Float64Array(curves.length);
  let total = 0;
  curves.forEach(({ nCheckpoints }, run) => {
    starts[run] = total;
    total += nCheckpoints * seriesNames.length;
  });
  const values = new Float64Array(new SharedArrayBuffer(8 * total));
  curves.forEach((curve, run) => {
    seriesNames.forEach((name, k) => values.set(curve[name], starts[run]! + k * curve.nCheckpoints));
  });
  return { facts: curves.map(factsOf), values, starts };
}

/** One of the packed curves, its series views of the block. */
export function curveAt({ facts, values, starts }: PackedCurves, run: number): Curve {
  const fact = facts[run]!;
  const series = (name: (typeof seriesNames)[number]): Float64Array => {
    const at = starts[run]! + seriesNames.indexOf(name) * fact.nCheckpoints;
    return values.subarray(at, at + fact.nCheckpoints);
  };
  return {
    ...fact,
    step: series("step"),
    tokens: series("tokens"),
    epoch: series("epoch"),
    quality: series("quality"),
    testQuality: series("testQuality"),
    evalLoss: series("evalLoss"),
    trainLoss: series("trainLoss"),
    gradNorm: series("gradNorm"),
    learningRate: series("learningRate"),
    cost: series("cost"),
  };
}
