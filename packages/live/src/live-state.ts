import {
  InvalidInputError,
  liveStartSchema,
  type LiveStart,
  type Task,
  canonicalJson,
  type Json,
} from "@stopwise/core";
import * as z from "zod/mini";
import type { Treatment } from "./given-treatment.ts";

/** A live run between two checkpoints, as a trainer keeps it in its own checkpoint. */
export interface LiveState {
  readonly version: 1;
  /** Name of the run's record. */
  readonly id: string;
  /** The start message of the run. */
  readonly asked: LiveStart;
  readonly task: Task;
  readonly treatment: Treatment;
  /** The last step that was decided. */
  readonly step: number;
  readonly stopper: Json;
}

const stateSchema = z.looseObject({
  version: z.literal(1),
  id: z.string(),
  asked: liveStartSchema,
  task: z.looseObject({}),
  treatment: z.looseObject({
    using: z.enum(["learned", "start"]),
    mode: z.enum(["stop", "shadow", "audit"]),
    policy: z.looseObject({}),
    population: z.looseObject({}),
  }),
  step: z.number(),
  stopper: z.looseObject({}),
});

const differing = ["run", "mode", "scale", "group", "auditShare", "learningRateActions"] as const;

/** What a start message says otherwise than that of the state, in words: the first such field, and both values. */
function difference(before: LiveStart, now: LiveStart): string | undefined {
  const fields: [string, unknown, unknown][] = differing.map((name) => [name, before[name], now[name]]);
  for (const part of ["task", "request"] as const) {
    for (const name of new Set([...Object.keys(before[part]), ...Object.keys(now[part])]))
      fields.push([`${part}.${name}`, before[part][name], now[part][name]]);
  }
  const told = (value: unknown): string => canonicalJson(value ?? null);
  const other = fields.find(([, a, b]) => told(a) !== told(b));
  return other && `${other[0]} was ${told(other[1])}, now is ${told(other[2])}`;
}

/**
 * The state that a start message carries; undefined where it carries none.
 *
 * @throws InvalidInputError where it is no state of a live run, or that of another one
 */
export function liveStateOf(asked: LiveStart): LiveState | undefined {
  const { state } = asked;
  if (state === null || state === undefined) return undefined;
  if (!stateSchema.safeParse(state).success) {
    throw new InvalidInputError(
      "state is not that of a live run.",
      "Send what the last decision carried as state, unchanged, or null.",
    );
  }
  const live = state as LiveState;
  const other = difference(live.asked, asked);
  if (other === undefined) return live;
  throw new InvalidInputError(
    `the state belongs to another start: ${other}.`,
    "Start as the run was started, or without state as a new run.",
  );
}
