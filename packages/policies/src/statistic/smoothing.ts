import * as z from "zod/mini";
import { push } from "./value-criterion.ts";

/** How values are smoothed: not at all, by a moving mean or median of `window` values, or exponentially. */
export const smoothingSchema = z.strictObject({
  kind: z._default(z.enum(["none", "mean", "median", "exponential"]), "none"),
  /** Values that are smoothed over; the exponential weight of the newest is 2 / (window + 1). */
  window: z._default(z.int().check(z.positive()), 5),
});

/** How values are smoothed. */
export type Smoothing = z.infer<typeof smoothingSchema>;

/** What a smoother remembers; a plain JSON object. */
export interface SmootherMemory {
  readonly values: number[];
  average: number | null;
}

/** A smoother's memory before the first value. */
export const emptySmoother = (): SmootherMemory => ({ values: [], average: null });

/** Middle of the values, the mean of the two middle ones for an even number of them; NaN for none. */
export function medianOf(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Mean of the values; NaN for none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The smoothed value after one more value; O(window). */
export function smooth(memory: SmootherMemory, value: number, { kind, window }: Smoothing): number {
  if (kind === "none") return value;
  if (kind === "exponential") {
    const weight = 2 / (window + 1);
    memory.average = memory.average === null ? value : memory.average + weight * (value - memory.average);
    return memory.average;
  }
  push(memory.values, value, window);
  return kind === "mean" ? meanOf(memory.values) : medianOf(memory.values);
}

/** Standard deviation of a smoothed value in units of that of one value. */
export function smoothedDeviation({ kind, window }: Smoothing): number {
  if (kind === "none") return 1;
  if (kind === "exponential") return Math.sqrt(1 / window);
  return (kind === "median" ? Math.sqrt(Math.PI / 2) : 1) / Math.sqrt(window);
}
