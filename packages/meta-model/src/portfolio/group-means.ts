import type { OutcomeTable } from "./outcome-table.ts";

/** Mean outcome of each group under each setting; both `[nGroups, nSettings]`. */
export interface GroupMeans {
  readonly nGroups: number;
  readonly nSettings: number;
  readonly saving: Float64Array;
  readonly emLoss: Float64Array;
}

/**
 * Means over the runs of each group.
 *
 * @param table outcomes `[nRuns, nSettings]`
 * @param groups group number of each run, 0 to nGroups - 1
 * @param lossOf what a loss counts as, e.g. an indicator of a broken bound; default itself
 */
export function groupMeans(
  table: OutcomeTable,
  groups: ArrayLike<number>,
  lossOf: (emLoss: number) => number = (loss) => loss,
): GroupMeans {
  const { nRuns, nSettings } = table;
  let nGroups = 0;
  for (let run = 0; run < nRuns; run++) nGroups = Math.max(nGroups, groups[run]! + 1);
  const saving = new Float64Array(nGroups * nSettings);
  const emLoss = new Float64Array(nGroups * nSettings);
  const size = new Float64Array(nGroups);
  for (let run = 0; run < nRuns; run++) {
    const group = groups[run]!;
    size[group]! += 1;
    for (let setting = 0; setting < nSettings; setting++) {
      saving[group * nSettings + setting]! += table.saving[run * nSettings + setting]!;
      emLoss[group * nSettings + setting]! += lossOf(table.emLoss[run * nSettings + setting]!);
    }
  }
  for (let cell = 0; cell < saving.length; cell++) {
    const count = Math.max(size[Math.floor(cell / nSettings)]!, 1);
    saving[cell]! /= count;
    emLoss[cell]! /= count;
  }
  return { nGroups, nSettings, saving, emLoss };
}
