import type { KnownFacts } from "../mapping/raw-run.ts";

/** A table of rows: numbers and texts by column name; what was not logged in a row is absent. */
export interface GenericTable {
  readonly names: readonly string[];
  readonly rows: readonly GenericRow[];
  readonly known?: KnownFacts;
  /** Scores without evaluation prefix are of the training data. */
  readonly bareScoresAreTraining?: boolean;
  /** The metric that was asked for. */
  readonly metric?: string | undefined;
}

/** One row: numbers and texts by column name. */
export type GenericRow = Readonly<Record<string, number | string>>;
