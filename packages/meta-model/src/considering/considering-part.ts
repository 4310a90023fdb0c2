import type { RunRecord } from "@stopwise/core";
import type { Container, Section } from "../model/container.ts";
import { dataContrasts, settingContrasts, type KeptPlan } from "./contrasts.ts";
import { fitDataLaw, type DataLaw } from "./data-law.ts";
import { fitSettingEffects, type SettingEffect } from "./setting-effects.ts";

/** What a model knows about less data and about regularisation; plain data. */
export interface ConsideringPart {
  /** By what the plan keeps; absent where past runs hold too few contrasts. */
  readonly data: Readonly<Partial<Record<KeptPlan, DataLaw>>>;
  readonly settings: readonly SettingEffect[];
}

const name = "considering";

/** Learns from every contrast within a task that the runs hold. */
export function fitConsidering(runs: readonly RunRecord[]): ConsideringPart {
  const contrasts = dataContrasts(runs);
  const [epochs, steps] = [fitDataLaw(contrasts.epochs), fitDataLaw(contrasts.steps)];
  return {
    data: { ...(epochs && { epochs }), ...(steps && { steps }) },
    settings: fitSettingEffects(settingContrasts(runs)),
  };
}

/**
 * The part as sections of a model file: one of JSON, which only a question about it decodes, and the best EM of each run
 * that predictions are made from, `[nRuns]`.
 *
 * @param runs every run that is learned from
 * @param fit runs that the start-of-run part predicts from, in its order
 */
export function consideringSections(
  runs: readonly RunRecord[],
  fit: readonly RunRecord[],
): Record<string, Section> {
  const best = fit.map((run) => run.points.reduce((most, { quality }) => Math.max(most, quality ?? 0), 0));
  return {
    [name]: new TextEncoder().encode(JSON.stringify(fitConsidering(runs))),
    [`${name}.best`]: Float32Array.from(best),
  };
}

/** Reads the part from a model file; undefined where the file has none. */
export function readConsidering(container: Container): ConsideringPart | undefined {
  if (!container.has(name)) return undefined;
  return JSON.parse(new TextDecoder().decode(container.section(name, "u8"))) as ConsideringPart;
}

/** Best EM of the runs that predictions are made from, `[nRuns]`; undefined where the file has none. */
export function readBest(container: Container): Float32Array | undefined {
  return container.has(`${name}.best`) ? container.section(`${name}.best`, "f32") : undefined;
}
