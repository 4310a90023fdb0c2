import { InvalidInputError } from "@stopwise/core";
import { composer } from "../composer/semantics.ts";
import { fastai } from "../fastai/semantics.ts";
import { huggingface } from "../huggingface/semantics.ts";
import { keras } from "../keras/semantics.ts";
import { lightgbm } from "../lightgbm/semantics.ts";
import { lightning } from "../lightning/semantics.ts";
import { optuna } from "../optuna/semantics.ts";
import { ray } from "../ray/semantics.ts";
import { tfjs } from "../tfjs/semantics.ts";
import type { TrainerSemantics } from "./trainer-semantics.ts";
import { xgboost } from "../xgboost/semantics.ts";

const all: readonly TrainerSemantics[] = [
  huggingface,
  lightning,
  keras,
  tfjs,
  optuna,
  composer,
  fastai,
  lightgbm,
  xgboost,
  ray,
];

/** Every trainer's stopping rule by name. */
export const semantics: ReadonlyMap<string, TrainerSemantics> = new Map(all.map((it) => [it.name, it]));

/**
 * The stopping rule of a trainer by its name or alias (`hf` is `huggingface`).
 *
 * @throws {InvalidInputError} naming the trainers that are known.
 */
export function semanticsOf(name: string): TrainerSemantics {
  const key = name.toLowerCase();
  const found = semantics.get(key) ?? all.find(({ aliases }) => aliases.includes(key));
  if (found !== undefined) return found;
  throw new InvalidInputError(
    `semantics "${name}" is not known.`,
    `Known: ${[...semantics.keys()].join(", ")}.`,
  );
}
