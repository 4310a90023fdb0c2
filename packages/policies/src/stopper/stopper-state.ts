import {
  canonicalJson,
  decisionSchema,
  type Decision,
  field,
  InvalidInputError,
  type Json,
  sha256,
} from "@stopwise/core";
import * as z from "zod/mini";
import type { Scale } from "./live-checkpoint.ts";

/** What a stopper is made from, which its state pins. */
export interface Pins {
  readonly policy: string;
  readonly model: string | null;
  readonly scale: Scale;
}

/** Everything that a stopper needs to go on. */
export interface StopperState extends Pins {
  readonly nObserved: number;
  readonly signals: Json;
  readonly last: Decision | null;
  readonly wouldStopAt: number | null;
  readonly rule: Json;
}

const version = 2;

const stateSchema = z.object({
  policy: z.string(),
  model: z.nullable(z.string()),
  scale: z.enum(["unit", "percent"]),
  nObserved: z.int().check(z.nonnegative()),
  last: z.nullable(decisionSchema),
  wouldStopAt: z.nullable(z.number()),
});

/** Names both where a state belongs to something else; why it matters is the same for each. */
const pinned = ["policy", "model", "scale"] as const;

/** Undefined where the value nests deeper than the stack, which no state of ours does. */
function checksumOf(state: object): string | undefined {
  try {
    return sha256(canonicalJson(state)).slice(0, 16);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A stopper's state as a JSON value, with the version of its form and a checksum over all of it. */
export function packState(state: StopperState): Json {
  const content = { version, ...state };
  return { ...content, checksum: checksumOf(content) } as unknown as Json;
}

function damaged(why: string): InvalidInputError {
  return new InvalidInputError(
    `state ${why}.`,
    "Pass what stopper.state() returned, unchanged, or start without state.",
  );
}

/**
 * Reads a state that {@link packState} gave.
 *
 * @param state any JSON value
 * @param pins what the stopper is made from
 * @throws {InvalidInputError} when it is no state, another version's, changed since it was written, or belongs to another
 *   policy, model or scale, both of which it names.
 */
export function unpackState(state: Json, pins: Pins): StopperState {
  if (typeof field(state, "version") !== "number") throw damaged("is not that of a stopper");
  if (field(state, "version") !== version) {
    throw damaged(`is of version ${JSON.stringify(field(state, "version"))}, this stopper writes ${version}`);
  }
  const { checksum, ...content } = state as Readonly<Record<string, Json>>;
  const expected = checksumOf(content);
  if (expected === undefined || checksum !== expected) {
    throw damaged("was changed since it was written, or is not whole");
  }
  const parsed = z.safeParse(stateSchema, content);
  if (!parsed.success) throw damaged("is not that of a stopper");
  for (const what of pinned) {
    if (parsed.data[what] === pins[what]) continue;
    throw new InvalidInputError(
      `state belongs to ${what} ${parsed.data[what]}, the stopper has ${what} ${pins[what]}.`,
      `Resume with the same ${what}, or start without state.`,
    );
  }
  return content as unknown as StopperState;
}
