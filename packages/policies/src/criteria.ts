import type { CriterionDefinition } from "./criterion.ts";
import { never } from "./criteria/never.ts";
import { staleness } from "./criteria/staleness.ts";

const all: readonly CriterionDefinition[] = [never, staleness];

/** Every criterion of this package by name. */
export const criteria: ReadonlyMap<string, CriterionDefinition> = new Map(
  all.map((definition) => [definition.name, definition]),
);
