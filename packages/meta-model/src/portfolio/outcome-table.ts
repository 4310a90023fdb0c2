/** What every setting would have done on every run; both `[nRuns, nSettings]`, row after row; setting 0 is never-stop. */
export interface OutcomeTable {
  readonly nRuns: number;
  readonly nSettings: number;
  readonly saving: Float32Array;
  readonly emLoss: Float32Array;
}

/** The rows of some runs, in the order asked for. */
export function rowsOf(table: OutcomeTable, runs: readonly number[]): OutcomeTable {
  const { nSettings } = table;
  const saving = new Float32Array(runs.length * nSettings);
  const emLoss = new Float32Array(runs.length * nSettings);
  runs.forEach((run, row) => {
    saving.set(table.saving.subarray(run * nSettings, (run + 1) * nSettings), row * nSettings);
    emLoss.set(table.emLoss.subarray(run * nSettings, (run + 1) * nSettings), row * nSettings);
  });
  return { nRuns: runs.length, nSettings, saving, emLoss };
}
