import { InvalidInputError, parseWith } from "@stopwise/core";
import * as z from "zod/mini";
import { semanticsOf } from "../registry.ts";
import type { TrainerSettings } from "./trainer-semantics.ts";

/** Settings of a trainer's stopper as data; `patience` and `minDelta` are handed to it as they are. */
export const trainerSettingsSchema = z.strictObject({
  mode: z.enum(["max", "min"]),
  patience: z.number(),
  minDelta: z._default(z.number(), 0),
  options: z._default(z.record(z.string(), z.unknown()), {}),
  precision: z._default(z.enum(["double", "float32"]), "double"),
});

/** What {@link trainerStop} takes: defaults may be left out. */
export type TrainerSettingsInput = z.input<typeof trainerSettingsSchema>;

/** Where a trainer stops, and why. */
export interface TrainerStop {
  /** 0-based position in the values; null when they end first. */
  readonly index: number | null;
  readonly reason: string | null;
}

function checked(settings: TrainerSettingsInput): TrainerSettings {
  const parsed = parseWith(trainerSettingsSchema, settings, "");
  if (parsed.patience >= 0 && Number.isInteger(parsed.patience)) return parsed;
  throw new InvalidInputError(
    `patience must be a whole number >= 0, got ${parsed.patience}.`,
    "Trainers count patience in evaluations.",
  );
}

/**
 * The evaluation at which a trainer's own stopper ends a run, and its reason.
 *
 * @param name trainer or alias, see {@link semanticsOf}
 * @param values the monitored value of each evaluation, `[nCheckpoints]`; NaN and infinities as the trainer would see them
 * @param settings as given to the trainer
 * @throws {InvalidInputError} for a trainer that is not known, a setting or an option that it does not have.
 *
 * @example
 * trainerStop("hf", [0.1, 0.3, 0.3, 0.3], { mode: "max", patience: 2 }).index // 3
 */
export function trainerStop(
  name: string,
  values: ArrayLike<number>,
  settings: TrainerSettingsInput,
): TrainerStop {
  const trainer = semanticsOf(name);
  const valid = checked(settings);
  const observe = trainer.start({ ...valid, options: parseWith(trainer.options, valid.options, "options") });
  for (let index = 0; index < values.length; index++) {
    const reason = observe(values[index]!);
    if (reason !== null) return { index, reason };
  }
  return { index: null, reason: null };
}

/** The index of {@link trainerStop} alone. */
export function stopIndex(
  name: string,
  values: ArrayLike<number>,
  settings: TrainerSettingsInput,
): number | null {
  return trainerStop(name, values, settings).index;
}
