import { InvalidInputError } from "@stopwise/core";
import * as all from "./all.ts";
import type { TrainerSemantics } from "./semantics/trainer-semantics.ts";
import type { Trainer } from "./trainer.ts";

/** Every trainer, by name. */
export const trainers: readonly Trainer[] = Object.values(all).sort((a, b) => (a.name < b.name ? -1 : 1));

/**
 * A trainer by its name or an alias, in any case.
 *
 * @throws {InvalidInputError} when no trainer goes by that name.
 */
export function trainerFor(target: string): Trainer {
  const key = target.toLowerCase();
  const found = trainers.find(({ name, aliases }) => name === key || aliases.includes(key));
  if (found) return found;
  throw new InvalidInputError(
    `--target must be one of ${trainers.map(({ name }) => name).join(", ")}, got ${target}.`,
    "Use --target json for the policy itself.",
  );
}

/** Every trainer's own stopping rule by the rule's name; trainers that share a class share it. */
export const semantics: ReadonlyMap<string, TrainerSemantics> = new Map(
  trainers.flatMap(({ semantics: rule }) => (rule === undefined ? [] : [[rule.name, rule] as const])),
);

/**
 * The stopping rule of a trainer by the trainer's or the rule's name or alias (`hf` is `huggingface`).
 *
 * @throws {InvalidInputError} naming the rules that are known.
 */
export function semanticsOf(name: string): TrainerSemantics {
  const key = name.toLowerCase();
  const found =
    semantics.get(key) ??
    [...semantics.values()].find(({ aliases }) => aliases.includes(key)) ??
    trainers.find((trainer) => trainer.name === key || trainer.aliases.includes(key))?.semantics;
  if (found !== undefined) return found;
  throw new InvalidInputError(
    `semantics "${name}" is not known.`,
    `Known: ${[...semantics.keys()].join(", ")}.`,
  );
}
