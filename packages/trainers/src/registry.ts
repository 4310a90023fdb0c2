import { InvalidInputError } from "@stopwise/core";
import type { Adapter } from "./trainer.ts";
import { huggingface } from "./huggingface/settings.ts";
import { json } from "./json/settings.ts";

/** Every adapter. */
export const adapters: readonly Adapter[] = [huggingface, json];

/**
 * The adapter of a trainer, by its name or an alias, in any case.
 *
 * @throws InvalidInputError when no adapter goes by that name.
 */
export function adapterFor(target: string): Adapter {
  const key = target.toLowerCase();
  const found = adapters.find((adapter) => adapter.target === key || adapter.aliases.includes(key));
  if (found) return found;
  throw new InvalidInputError(
    `--target must be one of ${adapters.map((adapter) => adapter.target).join(", ")}, got ${target}.`,
    "Use --target json for the policy itself.",
  );
}
