/** How one field of a run record stands in the `runs` table. */
export interface RunColumn {
  readonly field: string;
  readonly column: string;
  readonly type: "text" | "number" | "boolean";
}

/** The fields of a run record that have a column of their own; every other field goes to `extra`. */
export const runColumns: readonly RunColumn[] = [
  { field: "id", column: "id", type: "text" },
  { field: "source", column: "source", type: "text" },
  { field: "path", column: "path", type: "text" },
  { field: "group", column: "run_group", type: "text" },
  { field: "sweep", column: "sweep", type: "text" },
  { field: "task", column: "task", type: "text" },
  { field: "model", column: "model", type: "text" },
  { field: "family", column: "family", type: "text" },
  { field: "params", column: "params", type: "number" },
  { field: "datasetSize", column: "dataset_size", type: "number" },
  { field: "answerLength", column: "answer_length", type: "number" },
  { field: "metric", column: "metric", type: "text" },
  { field: "kind", column: "kind", type: "text" },
  { field: "higherIsBetter", column: "higher_is_better", type: "boolean" },
  { field: "plannedSteps", column: "planned_steps", type: "number" },
  { field: "plannedTokens", column: "planned_tokens", type: "number" },
  { field: "plannedEpochs", column: "planned_epochs", type: "number" },
  { field: "end", column: "ended", type: "text" },
  { field: "evalSize", column: "eval_size", type: "number" },
  { field: "originalPoints", column: "original_points", type: "number" },
  { field: "wouldStopAt", column: "would_stop_at", type: "number" },
];

/** The series of a checkpoint that have a column; the position is the bit of the explicit-null mask. */
export const checkpointColumns = [
  { field: "step", column: "step" },
  { field: "tokens", column: "tokens" },
  { field: "epoch", column: "epoch" },
  { field: "quality", column: "quality" },
  { field: "value", column: "value" },
  { field: "testQuality", column: "test_quality" },
  { field: "evalLoss", column: "eval_loss" },
  { field: "trainLoss", column: "train_loss" },
  { field: "gradNorm", column: "grad_norm" },
  { field: "lr", column: "lr" },
] as const;

const sqlTypes = { text: "VARCHAR", number: "DOUBLE", boolean: "BOOLEAN" } as const;

/**
 * The statements that bring a store from schema version i to i + 1, at position i. Never change one that was
 * released: append the next.
 *
 * `runs.run` is the number that `checkpoints.run` points at; `hash` covers the whole record; `extra` holds as JSON
 * what has no column of its own (a checkpoint's stands in `checkpoint_extras`, few have any); `nulls` tells the fields that were written as null from those that were absent.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE runs (
     run INTEGER NOT NULL, hash VARCHAR NOT NULL, n_checkpoints INTEGER NOT NULL,
     ${runColumns.map(({ column, type }) => `${column} ${sqlTypes[type]}`).join(", ")},
     hyper VARCHAR, extra VARCHAR);
   CREATE TABLE checkpoints (
     run INTEGER NOT NULL, idx INTEGER NOT NULL, nulls INTEGER NOT NULL,
     ${checkpointColumns.map(({ column }) => `${column} DOUBLE`).join(", ")});
   CREATE TABLE checkpoint_extras (run INTEGER NOT NULL, idx INTEGER NOT NULL, extra VARCHAR NOT NULL);`,
];
