import type { ByteWriter } from "../trees/bytes.ts";
import { rowFeatureNames } from "./feature-rows.ts";

/** Predicts the square root of the remaining gain from a feature row, `[nRowFeatures]`. */
export interface GainPredictor {
  predict(row: ArrayLike<number>): number;
  write(writer: ByteWriter): void;
}

const progressColumn = rowFeatureNames.indexOf("progress");
const leastRemaining = 0.02;

/** z = -g / max(1 - progress, 0.02)^(1/4), g the predicted square root of the remaining gain; divisor 1 without a plan. */
export function statisticOf(predictor: GainPredictor, row: ArrayLike<number>): number {
  const gain = predictor.predict(row);
  const progress = row[progressColumn]!;
  if (Number.isNaN(progress)) return -gain;
  return -gain / Math.max(1 - progress, leastRemaining) ** 0.25;
}
