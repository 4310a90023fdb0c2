import { InvalidInputError } from "@stopwise/core";
import { composer } from "./composer.ts";
import { fastai } from "./fastai.ts";
import { huggingface } from "./huggingface.ts";
import { keras } from "./keras.ts";
import { lightgbm } from "./lightgbm.ts";
import { lightning } from "./lightning.ts";
import { optuna } from "./optuna.ts";
import { ray } from "./ray.ts";
import { tfjs } from "./tfjs.ts";
import type { TrainerSemantics } from "./trainer-semantics.ts";
import { xgboost } from "./xgboost.ts";

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
