/** Which signal of the log a feature is computed from. */
export type FeatureSource =
  "position" | "quality" | "noise" | "extrapolation" | "evalLoss" | "trainLoss" | "gradNorm" | "learningRate";

/** What one number of a feature row means. */
export interface CheckpointFeature {
  readonly name: string;
  readonly source: FeatureSource;
  /** `log(x)` stands for the natural logarithm of x. */
  readonly unit: string;
  /** Smallest and largest value that can occur; a missing value is NaN. */
  readonly range: readonly [number, number];
}

/** Short hand for the tables of features: name, unit, smallest and largest value. */
export type FeatureRow = readonly [string, string, number, number];

/** Makes descriptors of one source from a table. */
export function describe(source: FeatureSource, rows: readonly FeatureRow[]): CheckpointFeature[] {
  return rows.map(([name, unit, low, high]) => ({ name, source, unit, range: [low, high] }));
}

/** Natural logarithm of a positive number; NaN for anything else, so that it reads as missing. */
export function logOrMissing(value: number): number {
  return value > 0 ? Math.log(value) : Number.NaN;
}
