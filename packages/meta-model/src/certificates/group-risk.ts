import { boundedLoss, type Bound } from "./bound.ts";

/**
 * Losses of runs under an ordered family of settings, the safest first; setting 0 is never-stop.
 * `loss` is `[nRuns, nSettings]`, row after row.
 */
export interface LossTable {
  readonly loss: ArrayLike<number>;
  readonly nSettings: number;
  /** Group of each run, `[nRuns]`. */
  readonly groups: readonly string[];
}

/** Mean loss of each calibration group under each setting; `risk` is `[nGroups, nSettings]`. */
export interface GroupRisk {
  readonly risk: Float64Array;
  readonly nSettings: number;
  readonly groups: readonly string[];
}

/**
 * Envelope over all safer settings: out[j] = max over i <= j of max(0, loss[i]), never-stop (j = 0) being 0.
 * It makes any loss monotone in the setting, as risk control asks. NaN counts as no loss seen.
 *
 * @param losses `[nSettings]`, the safest first
 */
export function safetyEnvelope(losses: ArrayLike<number>): Float64Array {
  const envelope = new Float64Array(losses.length);
  for (let setting = 1; setting < losses.length; setting++) {
    const loss = losses[setting]!;
    envelope[setting] = Math.max(envelope[setting - 1]!, Number.isNaN(loss) ? 0 : loss);
  }
  return envelope;
}

/**
 * The risk of a group is the mean, over its runs, of the bounded loss of the envelope.
 *
 * @param table losses `[nRuns, nSettings]`, safest setting first
 * @param bound what is bounded
 */
export function groupRisk(table: LossTable, bound: Bound): GroupRisk {
  const { nSettings } = table;
  const names = [...new Set(table.groups)];
  const position = new Map(names.map((name, index) => [name, index]));
  const risk = new Float64Array(names.length * nSettings);
  const size = new Float64Array(names.length);
  table.groups.forEach((name, run) => {
    const group = position.get(name)!;
    const row = Array.from({ length: nSettings }, (_, setting) => table.loss[run * nSettings + setting]!);
    size[group]! += 1;
    safetyEnvelope(row).forEach((loss, setting) => {
      risk[group * nSettings + setting]! += boundedLoss(bound, loss);
    });
  });
  for (let cell = 0; cell < risk.length; cell++) risk[cell]! /= size[Math.floor(cell / nSettings)]!;
  return { risk, nSettings, groups: names };
}

/** Mean over groups of the group risk, `[nSettings]`; 0 everywhere without groups. */
export function meanRisk(groupRisks: GroupRisk): Float64Array {
  const { risk, nSettings, groups } = groupRisks;
  const mean = new Float64Array(nSettings);
  for (let cell = 0; cell < risk.length; cell++) mean[cell % nSettings]! += risk[cell]! / groups.length;
  return mean;
}
