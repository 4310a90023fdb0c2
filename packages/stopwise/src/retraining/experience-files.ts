import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InvalidInputError, ModelFileError, populationOf, regimeOf, type RunRecord } from "@stopwise/core";
import {
  openExperience,
  pastAmong,
  populationOfRun,
  type ExperiencePack,
  type Past,
} from "@stopwise/meta-model";
import { shippedPacks } from "./shipped-packs.ts";

/** The packs that ship with the package, one folder above the built file. */
const folder = new URL("../datasets/experience/", import.meta.url);

/**
 * Reads a pack.
 *
 * @throws InvalidInputError when there is no such file, or it is no pack of this version; it names the file
 */
export function readPack(file: string): ExperiencePack {
  if (!existsSync(file)) {
    throw new InvalidInputError(
      `there is no experience pack ${file}.`,
      "Write one with stopwise runs export --experience FILE.",
    );
  }
  try {
    return openExperience(readFileSync(file));
  } catch (error) {
    if (error instanceof ModelFileError) throw new InvalidInputError(`${file}: ${error.message}`, error.hint);
    throw error;
  }
}

/** The packs that ship with this copy; none where it has none. */
export function shippedExperience(): ExperiencePack[] {
  return shippedPacks
    .map((name) => fileURLToPath(new URL(`${name}.experience`, folder)))
    .filter((file) => existsSync(file))
    .map(readPack);
}

/** What packs teach of the populations that some runs belong to, without those runs themselves. */
export function experienceFor(packs: readonly ExperiencePack[], runs: readonly RunRecord[]): Past[] {
  const names = new Set(runs.map((run) => populationOf(regimeOf(run).regime, run.kind)));
  const own = new Set(runs.map(({ id }) => id));
  return packs
    .map(({ past }) => pastAmong(past, (run) => names.has(populationOfRun(run)) && !own.has(run.id)))
    .filter((past) => past.runs.length > 0);
}
