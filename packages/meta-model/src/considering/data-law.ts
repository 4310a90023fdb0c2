import type { DataContrast } from "./contrasts.ts";
import { fewestGroups, heldOutInterval, type HeldOutInterval } from "./held-out-interval.ts";

/** A fitted power law in the number of examples; plain data, as in the model file. */
export interface DataLaw {
  /** Exponent b, common to all groups. */
  readonly exponent: number;
  /** Scale A of a group that was not seen. */
  readonly scale: number;
  /** Scale of each group that was seen, shrunk to the common one. */
  readonly scales: Readonly<Record<string, number>>;
  /** Errors on held-out groups, per unit of ln(1 / ratio). */
  readonly interval: HeldOutInterval;
  /** Fewest and most examples that the law was fitted on. */
  readonly sizes: readonly [least: number, most: number];
}

/** A predicted change with its interval, in EM (0.01 is one point). */
export interface PredictedChange {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Probability that the interval holds for a run of a new exchangeable group. */
  readonly level: number;
  readonly nGroups: number;
}

const exponents: readonly number[] = Array.from({ length: 40 }, (_, i) => (i + 1) / 20);

/** A n^-b (r^-b - 1) per unit of A: what a smaller set adds to the error. */
const growth = (size: number, ratio: number, b: number): number => size ** -b * (ratio ** -b - 1);

/** Sums of one group: `xx`, `xy`, `yy` over its contrasts, each group weighing 1. */
interface Sums {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

const sum = (all: readonly Sums[], skip = -1): Sums =>
  all.reduce(
    (total, it, index) =>
      index === skip ? total : { xx: total.xx + it.xx, xy: total.xy + it.xy, yy: total.yy + it.yy },
    { xx: 0, xy: 0, yy: 0 },
  );

function sumsOf(contrasts: readonly DataContrast[], b: number): Sums {
  let [xx, xy, yy] = [0, 0, 0];
  for (const { size, ratio, change } of contrasts) {
    const weight = 1 / (contrasts.length * Math.log(ratio) ** 2);
    const x = growth(size, ratio, b);
    xx += weight * x * x;
    xy -= weight * x * change;
    yy += weight * change * change;
  }
  return { xx, xy, yy };
}

/** Exponent and common scale of least weighted squared error, one group left out. */
function bestFit(table: readonly (readonly Sums[])[], skip = -1): { at: number; scale: number } {
  let best = { at: 0, scale: 0, error: Infinity };
  table.forEach((groups, at) => {
    const { xx, xy, yy } = sum(groups, skip);
    const scale = Math.max(0, xy / xx);
    const error = yy - 2 * scale * xy + scale * scale * xx;
    if (error < best.error) best = { at, scale, error };
  });
  return best;
}

/** Scales of the groups, each drawn to the common one by the ratio of the variance within groups to that between them. */
function shrunkScales(sums: readonly Sums[], scale: number): number[] {
  const own = sums.map(({ xx, xy }) => xy / xx);
  const within = sums.reduce((total, { xx, xy, yy }) => total + Math.max(0, yy - (xy * xy) / xx), 0);
  const between = own.reduce((total, it) => total + (it - scale) ** 2, 0);
  const draw = between > 0 ? within / between : Infinity;
  return sums.map(({ xx, xy }) =>
    draw === Infinity ? scale : Math.max(0, (xy + draw * scale) / (xx + draw)),
  );
}

/**
 * Fits error(n) = floor + A n^-b on contrasts within tasks. The floor, which differs from task to task, cancels in a
 * contrast: error(rn) - error(n) = A n^-b (r^-b - 1). The exponent is common; the scale of a seen group is shrunk to
 * the common one. Weighted least squares, each group 1, errors taken to grow with ln(1 / r).
 *
 * @param contrasts pairs of one plan; undefined where they are of fewer than three groups, since no interval can be told
 * @see Hestness et al. 2017, "Deep learning scaling is predictable, empirically", eq. 1 (the law)
 */
export function fitDataLaw(contrasts: readonly DataContrast[]): DataLaw | undefined {
  const byGroup = new Map<string, DataContrast[]>();
  for (const it of contrasts) byGroup.set(it.group, [...(byGroup.get(it.group) ?? []), it]);
  if (byGroup.size < fewestGroups) return undefined;
  const groups = [...byGroup];
  const table = exponents.map((b) => groups.map(([, members]) => sumsOf(members, b)));
  const { at, scale } = bestFit(table);
  const errors = groups.flatMap(([group, members], index) => {
    const held = bestFit(table, index);
    return members.map(({ size, ratio, change }) => ({
      group,
      error: (change + held.scale * growth(size, ratio, exponents[held.at]!)) / -Math.log(ratio),
    }));
  });
  const interval = heldOutInterval(errors);
  if (interval === undefined) return undefined;
  const scales = shrunkScales(table[at]!, scale);
  return {
    exponent: exponents[at]!,
    scale,
    scales: Object.fromEntries(groups.map(([group], index) => [group, scales[index]!])),
    interval,
    sizes: [
      Math.min(...contrasts.map(({ size, ratio }) => size * ratio)),
      Math.max(...contrasts.map(({ size }) => size)),
    ],
  };
}

/** A set of examples that shrinks. */
interface DataCut {
  /** Examples of the full set. */
  readonly size: number;
  /** Share that is kept, in (0, 1]; 1 changes nothing. */
  readonly ratio: number;
  /** The task's group, where it may be among those that were seen. */
  readonly group?: string | undefined;
}

const bounded = (change: number): number => Math.min(Math.max(change, -1), 1);

/**
 * Predicted change of the final best EM when a set of `size` examples shrinks to a share of it.
 *
 * @param law from `fitDataLaw`
 * @param cut the full size, the share that is kept, and the group where it is known
 */
export function predictedChange(law: DataLaw, cut: DataCut): PredictedChange {
  const { size, ratio, group } = cut;
  const scale = (group === undefined ? undefined : law.scales[group]) ?? law.scale;
  const mean = -scale * growth(size, ratio, law.exponent);
  const unit = -Math.log(ratio);
  const { low, high, level, nGroups } = law.interval;
  return {
    mean: bounded(mean),
    low: bounded(mean + low * unit),
    high: bounded(mean + high * unit),
    level,
    nGroups,
  };
}
