import { type Curve, type MetricClass, upperMedian } from "@stopwise/core";
import { outcomeMatrix } from "@stopwise/policies";
import { targetsOf, tailLevels } from "../../choice/prediction.ts";
import type { Container, Section } from "../../file/container.ts";
import { dequantised, quantisedAll } from "../../file/quantised.ts";
import type { Experience } from "../../portfolio/experience.ts";
import { bestQuality, thinned, thinnings } from "./thinned.ts";

/** Outcomes per unit of a table: saving, clipped EM loss, and P(EM loss > level) for each tail level. */
export const nOutcomes = 2 + tailLevels.length;

/** What sparser evaluation did to past runs of one metric class. */
export interface CadenceTable {
  /** Evaluations in a whole run, median over runs, `[nThinnings]`; falling. */
  readonly evaluations: Float64Array;
  /** Mean outcomes over the groups of each half, in 16 bits: `[2 halves, nThinnings, nOutcomes, nSettings]`. */
  readonly cells: Uint16Array;
}

/** Groups of a class below which nothing is said of its cadence: each half needs enough to tune and to judge. */
const fewestGroups = 8;
/** Most runs of a class that are replayed, so that training stays fast. */
const mostRuns = 250;

/** At most `mostRuns` of the rows, evenly along their order. */
function spread(rows: readonly number[]): number[] {
  const n = Math.min(rows.length, mostRuns);
  return Array.from({ length: n }, (_, i) => rows[Math.floor((i * rows.length) / n)]!);
}

/** Outcomes of every setting on thinned curves, `[nRuns, nOutcomes * nSettings]`; a best that thinning missed is lost too. */
function outcomesAt(
  curves: readonly Curve[],
  grid: Experience["grid"],
  k: number,
): { targets: Float32Array; width: number } {
  const sparse = curves.map((curve) => thinned(curve, k));
  const settings = Array.from({ length: grid.nSettings }, (_, setting) => setting);
  const matrix = outcomeMatrix(
    sparse,
    settings.map((setting) => grid.policyOf(setting)),
  );
  const { nSettings } = grid;
  curves.forEach((curve, run) => {
    const missed = bestQuality(curve) - bestQuality(sparse[run]!);
    for (let s = 0; s < nSettings; s++) matrix.emLoss[run * nSettings + s]! += missed;
  });
  const table = { nRuns: curves.length, nSettings, saving: matrix.saving, emLoss: matrix.emLoss };
  return { targets: targetsOf(table, settings), width: nOutcomes * nSettings };
}

/** Mean over the groups of a half, each 1 and its runs equal, `[nOutcomes * nSettings]`. */
function halfMean(
  { targets, width }: { targets: Float32Array; width: number },
  groups: readonly number[],
  isIn: (group: number) => boolean,
): Float64Array {
  const size = new Map<number, number>();
  for (const group of groups) if (isIn(group)) size.set(group, (size.get(group) ?? 0) + 1);
  const total = new Float64Array(width);
  groups.forEach((group, run) => {
    const weight = isIn(group) ? 1 / (size.get(group)! * size.size) : 0;
    if (weight > 0) for (let t = 0; t < width; t++) total[t]! += weight * targets[run * width + t]!;
  });
  return total;
}

/** Past runs whose curves are at hand. */
export type CadenceRuns = Pick<Experience, "curves" | "groups" | "complete" | "grid">;

/**
 * Replays every setting on thinned curves of past runs that reached their plan, by metric class, in two halves of the
 * groups: on one a threshold is tuned, on the other it is judged. Classes of fewer than eight groups are left out, and
 * loss-only runs.
 *
 * @param experience past runs of one kind
 * @param prefix what the names of the sections begin with
 */
export function cadenceSections(experience: CadenceRuns, prefix: string): Record<string, Section> {
  const { curves, groups, complete, grid } = experience;
  const whole = Array.from(curves.keys()).filter((row) => complete[row]! && curves[row]!.kind === "quality");
  const classes = [...new Set(whole.map((row) => curves[row]!.metricClass))];
  return Object.fromEntries(
    classes.flatMap((metricClass): [string, Section][] => {
      const rows = spread(whole.filter((row) => curves[row]!.metricClass === metricClass));
      const names = [...new Set(rows.map((row) => groups[row]!))];
      if (names.length < fewestGroups) return [];
      const half = new Map(names.map((group, index) => [group, index % 2]));
      const picked = rows.map((row) => curves[row]!);
      const numbers = rows.map((row) => groups[row]!);
      const byThinning = thinnings.map((k) => outcomesAt(picked, grid, k));
      const means = [0, 1].flatMap((side) =>
        byThinning.map((outcomes) => halfMean(outcomes, numbers, (group) => half.get(group) === side)),
      );
      const counts = thinnings.map((k) =>
        upperMedian(picked.map((curve) => Math.ceil(curve.nCheckpoints / k))),
      );
      return [
        [`${prefix}.cadence.${metricClass}.evaluations`, Float64Array.from(counts)],
        [`${prefix}.cadence.${metricClass}.cells`, quantisedAll(means.flatMap((row) => Array.from(row)))],
      ];
    }),
  );
}

/** Reads a class's table; undefined where the model has none. Nothing is copied. */
export function readCadence(
  container: Container,
  prefix: string,
  metricClass: MetricClass,
): CadenceTable | undefined {
  const name = `${prefix}.cadence.${metricClass}`;
  if (!container.has(`${name}.cells`)) return undefined;
  return {
    evaluations: container.section(`${name}.evaluations`, "f64"),
    cells: container.section(`${name}.cells`, "u16"),
  };
}

/** Outcomes of some settings in one half at one thinning, as predictions are laid out. */
export function cadenceCells(
  { cells }: CadenceTable,
  settings: readonly number[],
  at: { half: number; thinning: number; nSettings: number },
): Float64Array {
  const start = (at.half * thinnings.length + at.thinning) * nOutcomes * at.nSettings;
  const row = new Float64Array(nOutcomes * settings.length);
  for (let outcome = 0; outcome < nOutcomes; outcome++) {
    for (let k = 0; k < settings.length; k++) {
      row[outcome * settings.length + k] = dequantised(cells[start + outcome * at.nSettings + settings[k]!]!);
    }
  }
  return row;
}
