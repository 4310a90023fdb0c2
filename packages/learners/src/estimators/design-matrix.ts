import type { TrainingSet } from "./estimator.ts";

/** Turns task features into the columns of a linear model: centred and scaled numbers with a flag for unknown, one column per category level. */
export class DesignMatrix {
  readonly nColumns: number;
  readonly #columns: ((row: Float64Array) => number)[] = [];

  constructor(training: Pick<TrainingSet, "features" | "kinds">) {
    this.#columns.push(() => 1);
    training.kinds.forEach((kind, j) => {
      const known = training.features.map((row) => row[j]!).filter((value) => !Number.isNaN(value));
      if (known.length === 0) return;
      if (kind === "category") this.#addLevels(known, j);
      else this.#addNumber(known, j);
      const hasUnknown = known.length < training.features.length;
      if (hasUnknown) this.#columns.push((row) => (Number.isNaN(row[j]!) ? 1 : 0));
    });
    this.nColumns = this.#columns.length;
  }

  /** The columns of one task, `[nColumns]`; the first is 1. */
  row(features: Float64Array): Float64Array {
    return Float64Array.from(this.#columns, (column) => column(features));
  }

  #addNumber(known: readonly number[], j: number): void {
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    const spread = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
    if (spread < 1e-9) return;
    const scaled = (value: number): number =>
      Number.isNaN(value) ? 0 : Math.max(-3, Math.min(3, (value - mean) / spread));
    this.#columns.push((row) => scaled(row[j]!));
    this.#columns.push((row) => (Number.isNaN(row[j]!) ? 0 : scaled(row[j]!) ** 2 - 1));
  }

  #addLevels(known: readonly number[], j: number): void {
    for (const level of [...new Set(known)].sort((a, b) => a - b)) {
      this.#columns.push((row) => (row[j] === level ? 1 : 0));
    }
  }
}
