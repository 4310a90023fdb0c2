import type { ByteReader, ByteWriter } from "../trees/bytes.ts";
import { riskOfThresholds, thresholdGrid, type ThresholdBound, type ThresholdSample } from "./threshold.ts";

/** Losses whose exceedance is tabled for tail bounds. */
const tailLosses = [0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1];
const nThresholds = 160;

/**
 * What thresholds did on the training runs, by statistics that were held out by group: the table behind promises. Groups
 * weigh 1 each.
 */
export interface Levels {
  /** Ascending, `[nThresholds]`; a higher one never stops earlier. */
  readonly thresholds: Float32Array;
  readonly saving: Float32Array;
  readonly meanLoss: Float32Array;
  /** Weight of runs that lose more than each of the tabled losses, `[nTailLosses, nThresholds]`. */
  readonly over: readonly Float32Array[];
  readonly nGroups: number;
}

/** A threshold with what it did on the training runs. */
export interface PromisedThreshold {
  /** `null`: never stop. */
  readonly threshold: number | null;
  readonly saving: number;
  /** Mean loss, or share of weight over the bound. */
  readonly risk: number;
  readonly nGroups: number;
}

/** Tables a sample's thresholds. */
export function levelsOf(sample: ThresholdSample): Levels {
  const thresholds = Float32Array.from(new Set(Float32Array.from(thresholdGrid(sample, nThresholds))));
  const grid = Float64Array.from(thresholds);
  const mean = riskOfThresholds(sample, grid, { kind: "mean", maxEmLoss: 0 });
  return {
    thresholds,
    saving: Float32Array.from(mean.saving),
    meanLoss: Float32Array.from(mean.risk),
    over: tailLosses.map((maxEmLoss) =>
      Float32Array.from(riskOfThresholds(sample, grid, { kind: "tail", maxEmLoss, alpha: 0 }).risk),
    ),
    nGroups: new Set(Array.from(sample.groups)).size,
  };
}

/**
 * The lowest threshold that keeps a bound together with every higher one: a promise from held-out statistics of the
 * training runs, no certificate. A tail bound is kept at the nearest tabled loss below it; under the least of them
 * nothing is promised and the run goes to its end.
 */
export function promisedThreshold(levels: Levels, bound: ThresholdBound): PromisedThreshold {
  const { risk, limit } = riskAndLimit(levels, bound);
  let chosen: PromisedThreshold = { threshold: null, saving: 0, risk: 0, nGroups: levels.nGroups };
  for (let k = levels.thresholds.length - 1; k >= 0 && risk[k]! <= limit; k--) {
    chosen = { ...chosen, threshold: levels.thresholds[k]!, saving: levels.saving[k]!, risk: risk[k]! };
  }
  return chosen;
}

function riskAndLimit(levels: Levels, bound: ThresholdBound): { risk: Float32Array; limit: number } {
  if (bound.kind === "mean") return { risk: levels.meanLoss, limit: bound.maxEmLoss };
  const at = tailLosses.findLastIndex((loss) => loss <= bound.maxEmLoss + 1e-12);
  const untold = levels.thresholds.map(() => Infinity);
  return { risk: levels.over[at] ?? untold, limit: bound.alpha };
}

/** Writes levels. */
export function writeLevels(writer: ByteWriter, levels: Levels): void {
  writer.u32(levels.nGroups);
  for (const column of [levels.thresholds, levels.saving, levels.meanLoss, ...levels.over])
    writer.f32s(column);
}

/** Reads what `writeLevels` wrote. */
export function readLevels(reader: ByteReader): Levels {
  const nGroups = reader.u32();
  const [thresholds, saving, meanLoss] = [reader.f32s(), reader.f32s(), reader.f32s()];
  return { nGroups, thresholds, saving, meanLoss, over: tailLosses.map(() => reader.f32s()) };
}
