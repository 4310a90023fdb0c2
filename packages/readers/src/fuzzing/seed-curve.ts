import type { Random } from "@stopwise/core/random";

/** A made-up training: what a seed log tells, and what a reader must find in it. */
export interface SeedCurve {
  /** Steps between evaluations; the first stands after as many. */
  readonly every: number;
  /** Scores in [0.1, 0.9] with four decimals, no two neighbours equal, `[nEvaluations]`. */
  readonly scores: readonly number[];
  /** Evaluation losses in [1, 3] with four decimals, no two neighbours equal, `[nEvaluations]`. */
  readonly losses: readonly number[];
  /** Training losses, `[nEvaluations]`. */
  readonly training: readonly number[];
}

/** Contents by path below a folder. */
export type SeedFiles = Readonly<Record<string, string | Uint8Array>>;

/** A log of one format that tells a curve. */
export interface SeedLog {
  readonly format: string;
  /** The file that is damaged. */
  readonly path: string;
  /** Names of the two metrics as the log has them; a log may tell of one alone. */
  readonly score?: string;
  readonly loss?: string;
  /** Values are written as float32. */
  readonly isSingle?: boolean;
  readonly files: (curve: SeedCurve) => SeedFiles;
}

const fourDecimals = (value: number): number => Math.round(value * 10_000) / 10_000;

function series(random: Random, length: number, range: readonly [number, number]): number[] {
  const values: number[] = [];
  while (values.length < length) {
    const value = fourDecimals(range[0] + random() * (range[1] - range[0]));
    if (value !== values.at(-1)) values.push(value);
  }
  return values;
}

/** A curve of 5 to 10 evaluations. */
export function seedCurve(random: Random): SeedCurve {
  const length = 5 + Math.floor(random() * 6);
  return {
    every: 10 * (1 + Math.floor(random() * 20)),
    scores: series(random, length, [0.1, 0.9]),
    losses: series(random, length, [1, 3]),
    training: series(random, length, [0.5, 4]),
  };
}

/** The same curve with one score or loss changed, as it would be logged. */
export function changedCurve(curve: SeedCurve, random: Random): { curve: SeedCurve; at: number } {
  const at = Math.floor(random() * curve.scores.length);
  const change = (values: readonly number[], by: number): number[] =>
    values.map((value, index) => (index === at ? fourDecimals(value + by) : value));
  const by = 0.0001 * (1 + Math.floor(random() * 500));
  return { at, curve: { ...curve, scores: change(curve.scores, by), losses: change(curve.losses, by) } };
}

/** A value as logs print it. */
export const printed = (value: number): string => value.toFixed(4);
