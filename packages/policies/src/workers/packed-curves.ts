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

/** Curves in one block of memory that moves between threads without being copied value by value. */
export interface PackedCurves {
  readonly facts: readonly Facts[];
  /** All series of the first curve, then those of the second, and so on. */
  readonly values: Float64Array<ArrayBuffer>;
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
  const total = curves.reduce((sum, { nCheckpoints }) => sum + nCheckpoints * seriesNames.length, 0);
  const values = new Float64Array(total);
  let at = 0;
  for (const curve of curves) {
    for (const name of seriesNames) {
      values.set(curve[name], at);
      at += curve.nCheckpoints;
    }
  }
  return { facts: curves.map(factsOf), values };
}

/** Undoes {@link packCurves}: curves whose series are views of the block. */
export function unpackCurves({ facts, values }: PackedCurves): Curve[] {
  let at = 0;
  return facts.map((fact) => {
    const series = Object.fromEntries(
      seriesNames.map((name) => [name, values.subarray(at, (at += fact.nCheckpoints))]),
    ) as unknown as Pick<Curve, (typeof seriesNames)[number]>;
    return { ...fact, ...series };
  });
}
