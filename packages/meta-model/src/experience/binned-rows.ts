import { checkpointFeatures } from "@stopwise/features";
import { nRowFeatures, rowFeatureNames } from "@stopwise/learners";

/** The code of a missing value; known values have 1 to 255. */
const missing = 0;
const middle = 128;

/** How a column's values are rounded before they leave the house: on fixed scales, which no run has a part in. */
interface Scale {
  code(value: number): number;
  value(code: number): number;
}

const held = (code: number): number => Math.min(Math.max(Math.round(code), 1), 255);

/** Equal steps, zero in the middle. */
const uniform = (step: number): Scale => ({
  code: (value) => held(middle + value / step),
  value: (code) => (code - middle) * step,
});

/** Steps that grow with the value: a thousandth is told from two, a tenth from an eighth. */
const growing: Scale = {
  code: (value) => held(middle + Math.sign(value) * (Math.log1p(Math.abs(value) / 0.001) / 0.2)),
  value: (code) => Math.sign(code - middle) * 0.001 * Math.expm1(Math.abs(code - middle) * 0.2),
};

const levels = new Set(["quality", "best"]);

function scaleOf(column: number): Scale {
  const feature = checkpointFeatures[column];
  // What is told of the task is a logarithm to the base of ten, or a share.
  if (feature === undefined) return uniform(0.1);
  if (levels.has(feature.name)) return uniform(1 / 40);
  if (feature.unit.startsWith("log(")) return uniform(0.2);
  if (feature.unit.startsWith("share of")) return uniform(1 / 40);
  return growing;
}

const scales: readonly Scale[] = rowFeatureNames.map((_, column) => scaleOf(column));

/** Feature rows in one byte a value, `[nRows, nRowFeatures]`. */
export function binnedRows(features: Float64Array): Uint8Array {
  const codes = new Uint8Array(features.length);
  for (let cell = 0; cell < features.length; cell++) {
    const value = features[cell]!;
    codes[cell] = Number.isNaN(value) ? missing : scales[cell % nRowFeatures]!.code(value);
  }
  return codes;
}

/** Feature rows from their bytes: each value the middle of its bin. */
export function unbinnedRows(codes: Uint8Array): Float64Array {
  const features = new Float64Array(codes.length);
  for (let cell = 0; cell < codes.length; cell++) {
    const code = codes[cell]!;
    features[cell] = code === missing ? Number.NaN : scales[cell % nRowFeatures]!.value(code);
  }
  return features;
}
