import type { RunRecord } from "@stopwise/core";
import type { Neighbours } from "@stopwise/learners";
import type { Container, Section } from "../../file/container.ts";
import { fitLaws, type Laws } from "./laws.ts";
import { PastCurves, type PastRuns } from "./past-curves.ts";

/** What a model knows about less data and about regularisation. */
export interface ConsideringPart {
  /** Whose past runs the curves are, in the order of its kept runs. */
  readonly population: string;
  readonly laws: Laws;
  readonly curves: PastCurves;
}

const name = "considering";

/** Runs that changes of a task are learned from. */
interface LearnedFrom {
  /** Every run that is learned from. */
  readonly runs: readonly RunRecord[];
  /** Those that the model keeps, without points where their curve is not at hand. */
  readonly kept: readonly RunRecord[];
}

/**
 * The part as sections of a model file: one of JSON, which only a question about it decodes, and the growth of the past
 * runs, `[nRuns, nShares]`.
 *
 * @param population whose runs they are
 * @param learnedFrom every run that is learned from, and those that the model keeps, without points where their curve
 *   is not at hand; the ones that `near` speaks of come first, in its order
 * @param near the kept runs that a recommendation for a run's task would be made from
 */
export function consideringSections(
  population: string,
  learnedFrom: LearnedFrom,
  near: (run: RunRecord) => Neighbours,
): Record<string, Section> {
  const { runs, kept } = learnedFrom;
  const curves = PastCurves.of(kept);
  const laws = fitLaws(runs, { curves, ids: kept.map(({ id }) => id), near });
  return {
    [name]: new TextEncoder().encode(JSON.stringify({ population, laws, runs: curves.runs })),
    [`${name}.best`]: curves.best,
  };
}

/** Reads the part from a model file; undefined where the file has none. */
export function readConsidering(container: Container): ConsideringPart | undefined {
  if (!container.has(name)) return undefined;
  const text = new TextDecoder().decode(container.section(name, "u8"));
  const { population, laws, runs } = JSON.parse(text) as { population: string; laws: Laws; runs: PastRuns };
  return { population, laws, curves: new PastCurves(runs, container.section(`${name}.best`, "f32")) };
}
