import type { OutcomeTable } from "../portfolio/outcome-table.ts";

/**
 * What a method does at each level of its one scalar: saving and loss per run, both `[nRuns, nLevels]`, and where the
 * levels stand for settings of the portfolio, which.
 */
export interface LevelOutcomes {
  readonly nRuns: number;
  readonly nLevels: number;
  readonly saving: Float32Array;
  readonly emLoss: Float32Array;
  /** `[nRuns, nLevels]` */
  readonly settings?: Int32Array;
  /** Where the outcomes of a run stand, as a row of the arrays; default its own number. */
  readonly rows?: readonly number[];
}

/** First cell of a run. */
export function startOf(outcomes: LevelOutcomes, run: number): number {
  return (outcomes.rows?.[run] ?? run) * outcomes.nLevels;
}

/** Looks up the outcomes of settings; `settings` is `[nRuns, nLevels]`, `rows` the table row of each run. */
export function outcomesOfSettings(
  table: OutcomeTable,
  rows: readonly number[],
  settings: Int32Array,
): LevelOutcomes {
  const nLevels = rows.length === 0 ? 0 : settings.length / rows.length;
  const saving = new Float32Array(settings.length);
  const emLoss = new Float32Array(settings.length);
  for (let cell = 0; cell < settings.length; cell++) {
    const at = rows[Math.floor(cell / nLevels)]! * table.nSettings + settings[cell]!;
    saving[cell] = table.saving[at]!;
    emLoss[cell] = table.emLoss[at]!;
  }
  return { nRuns: rows.length, nLevels, saving, emLoss, settings };
}

/** Saving and loss of every run at one level. */
export function atLevel(outcomes: LevelOutcomes, level: number): { saving: number[]; emLoss: number[] } {
  const cells = Array.from({ length: outcomes.nRuns }, (_, run) => startOf(outcomes, run) + level);
  return {
    saving: cells.map((cell) => outcomes.saving[cell]!),
    emLoss: cells.map((cell) => outcomes.emLoss[cell]!),
  };
}
