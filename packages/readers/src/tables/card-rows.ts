import { lowerMedian } from "@stopwise/core";
import { nameMetric } from "../mapping/metric-choice.ts";
import type { Evaluation } from "../mapping/raw-run.ts";

type Values = Readonly<Record<string, number>>;

const centre = (
  rows: readonly Values[],
  names: readonly string[],
): Map<string, { middle: number; spread: number }> =>
  new Map(
    names.map((name) => {
      const values = rows.map((row) => row[name]!).filter(Number.isFinite);
      const middle = lowerMedian(values);
      const spread = lowerMedian(values.map((value) => Math.abs(value - middle)));
      return [name, { middle, spread: Math.max(spread, Math.abs(middle) * 0.05, 1e-3) }];
    }),
  );

function misfit(row: Values, centres: ReadonlyMap<string, { middle: number; spread: number }>): number {
  let total = 0;
  for (const [name, { middle, spread }] of centres) total += Math.abs(row[name]! - middle) / spread;
  return total;
}

/** The same cells read as if the loss had been written first and the metrics behind it. */
function lossFirst(row: Values, names: readonly string[], loss: string): Values {
  const written = names.map((name) => row[name]!);
  const order = [loss, ...names.filter((name) => name !== loss)];
  return Object.fromEntries(order.map((name, index) => [name, written[index]!]));
}

/**
 * Finds the rows of a card's table that were written in another order than its header. A card writes each row in
 * the order in which that evaluation logged its values; where a metric stands before the loss column, single rows
 * have the loss first. Such a row is read the way that fits the medians of the other rows; where neither way fits
 * clearly, it is left out.
 *
 * @param evaluations - rows as written
 * @param header - metric columns in the order of the table
 */
export function mendRowOrder(
  evaluations: readonly Evaluation[],
  header: readonly string[],
): { evaluations: Evaluation[]; warnings: string[] } {
  const loss = header.find((name) => nameMetric(name)?.canonical === "loss");
  const at = loss === undefined ? -1 : header.indexOf(loss);
  if (loss === undefined || at <= 0) return { evaluations: [...evaluations], warnings: [] };
  const whole = evaluations.filter((row) => header.every((name) => Number.isFinite(row.values[name])));
  if (whole.length < 3) return { evaluations: [...evaluations], warnings: [headerWarning] };
  const centres = centre(
    whole.map((row) => row.values),
    header,
  );
  let [nMended, nLeftOut] = [0, 0];
  const mended = evaluations.map((row): Evaluation => {
    if (!whole.includes(row)) return row;
    const other = lossFirst(row.values, header, loss);
    const [asWritten, swapped] = [misfit(row.values, centres), misfit(other, centres)];
    if (asWritten <= swapped * 1.25) return row;
    if (swapped > asWritten / 2) {
      nLeftOut += 1;
      return { ...row, mended: null };
    }
    nMended += 1;
    return { ...row, mended: other };
  });
  if (nMended + nLeftOut > whole.length / 3) {
    const none = mended.map((row) => ({ ...row, mended: null }));
    return {
      evaluations: none,
      warnings: [`the rows stand in different orders and cannot be told apart: none is used.`],
    };
  }
  return {
    evaluations: mended,
    warnings: [
      ...(nMended > 0
        ? [`${nMended} rows stand in another order than the header; they are read loss first.`]
        : []),
      ...(nLeftOut > 0
        ? [`${nLeftOut} rows may stand in another order than the header; they are left out.`]
        : []),
      ...(nMended + nLeftOut === 0 ? [headerWarning] : []),
    ],
  };
}

const headerWarning = "a metric stands before the loss column; every row fits its header.";
