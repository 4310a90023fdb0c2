import { hypervolume, hypervolumeReference } from "@stopwise/meta-model";
import type { EvaluateRow, MethodHypervolume } from "./report.ts";

type Keyed = Pick<EvaluateRow, "method" | "metricClass" | "weighting" | "selection">;

/** A method in one block under one weighting. */
const keyOf = ({ method, metricClass, weighting }: Keyed): string => `${metricClass} ${weighting} ${method}`;

/** The rows under mean bounds that count for a method: its promises, else its frontier (hindsight promises nothing). */
function countedRows(rows: readonly EvaluateRow[]): EvaluateRow[] {
  const mean = rows.filter(({ bound }) => bound.kind === "mean");
  const promising = new Set(mean.flatMap((row) => (row.selection === "promise" ? [keyOf(row)] : [])));
  return mean.filter(
    (row) => row.selection === (promising.has(keyOf(row)) ? ("promise" as const) : ("frontier" as const)),
  );
}

/**
 * Hypervolume of each method: the area of saving against loss that its points (mean saving, unclipped mean loss), one for
 * each mean bound, dominate up to the reference of a recommendation's front (nothing saved, 20 points lost), as a share of
 * that box. It takes no account of whether a promise was held; a loss over the reference adds nothing. Under tail bounds
 * nothing is counted, so that rows of tail bounds alone give none.
 *
 * @param rows of one evaluation, of any blocks, weightings and selections
 * @returns one for each method, block and weighting, in the order of the rows
 * @see Zitzler and Thiele 1999, IEEE Transactions on Evolutionary Computation 3(4)
 */
export function methodHypervolumes(rows: readonly EvaluateRow[]): MethodHypervolume[] {
  const counted = countedRows(rows);
  const firsts = new Map(counted.map((row) => [keyOf(row), row]));
  return [...firsts].map(([key, { method, metricClass, weighting, selection }]) => {
    const own = counted.filter((row) => keyOf(row) === key);
    const points = own.map(({ meanSaving, meanEmLoss }) => ({ saving: meanSaving, emLoss: meanEmLoss }));
    const value = hypervolume(points);
    return { method, metricClass, weighting, selection, value, reference: hypervolumeReference };
  });
}
