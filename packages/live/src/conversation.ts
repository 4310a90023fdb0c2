import {
  InvalidInputError,
  liveCheckpointSchema,
  liveEndSchema,
  liveStartSchema,
  ruleOf,
  StopwiseError,
  type LiveAdvice,
  type LiveDecision,
  type LiveError,
  type LiveRecorded,
} from "@stopwise/core";
import type * as z from "zod/mini";
import { LiveRun } from "./live-run.ts";
import type { LiveSurroundings } from "./surroundings.ts";

/** What is answered to a message. */
export type LiveMessage = LiveAdvice | LiveDecision | LiveRecorded | LiveError;

const hints: Readonly<Record<string, string>> = {
  run: "Give the run a name of 1 to 200 characters.",
  mode: "Use auto, stop, shadow or audit.",
  scale: 'Use "unit" for scores in [0, 1], "percent" for scores in [0, 100].',
  end: "Use completed, early-stopped or crashed.",
  step: "Send the optimiser step of the evaluation, a number >= 0.",
  auditShare: "Give a share between 0 and 1, such as 0.1.",
};

const toldValue = (value: unknown): string =>
  value === undefined ? "nothing" : JSON.stringify(value).slice(0, 100);

/**
 * A message as its schema has it.
 *
 * @throws InvalidInputError that names the field, the value got and the fix
 */
export function parseMessage<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.map(String).join(".");
  const got = issue.path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
  const where = field === "" ? "the message" : field;
  const shown = field === "" || issue.code === "unrecognized_keys" ? "" : `, got ${toldValue(got)}`;
  throw new InvalidInputError(
    `${where} ${ruleOf(issue)}${shown}.`,
    hints[field] ?? "Send null, or leave the field out, where a value is not known.",
  );
}

/**
 * The JSON value of a text.
 *
 * @throws InvalidInputError where it is none
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const hasNaN = /[:,[\s](NaN|-?Infinity)\b/.test(text);
    const hint = hasNaN
      ? "JSON has no NaN and no Infinity: send null where a value is not finite."
      : "Send one JSON object a line.";
    throw new InvalidInputError(`this is no valid JSON: ${error.message.replace(/\.$/, "")}.`, hint);
  }
}

const fileHints: Readonly<Record<string, string>> = {
  ENOSPC: "The disk of the store is full. Make room; the run goes on.",
  EACCES: "Check who may write to the store; the run goes on.",
  EROFS: "The store cannot be written to. Name another with --store.",
};

/** The message that says what went wrong. */
export function errorMessage(error: unknown): LiveError {
  if (error instanceof StopwiseError) {
    const { code, hint } = error;
    const message =
      hint !== "" && error.message.endsWith(hint) ? error.message.slice(0, -hint.length) : error.message;
    return { type: "error", code, message: message.trim(), hint };
  }
  const fault = error instanceof Error ? error : new Error(String(error));
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "UNEXPECTED";
  const hint = fileHints[code] ?? "Please report it; the run goes on.";
  return { type: "error", code, message: fault.message.replace(/\s+/g, " "), hint };
}

/** One run told over a stream of lines: a message each way, and never an exception. */
export class Conversation {
  readonly #around: LiveSurroundings;
  #run: LiveRun | undefined;

  /**
   * A conversation in which no run was started yet.
   *
   * @param around how to recommend, decide and record
   */
  constructor(around: LiveSurroundings) {
    this.#around = around;
  }

  /** The answer to a line; an error message where it cannot be taken. */
  answer(line: string): LiveMessage {
    try {
      return this.#take(parseJson(line));
    } catch (error) {
      return errorMessage(error);
    }
  }

  #take(message: unknown): LiveMessage {
    const type = (message as { type?: unknown } | null)?.type;
    if (type === "start") return this.#start(message);
    if (type === "checkpoint") return this.#running().checkpoint(parseMessage(liveCheckpointSchema, message));
    if (type === "end") return this.#running().end(parseMessage(liveEndSchema, message));
    throw new InvalidInputError(
      `type must be one of start, checkpoint, end, got ${toldValue(type)}.`,
      'Send for example {"type":"start","run":"r1","task":{},"request":{}}.',
    );
  }

  #start(message: unknown): LiveMessage {
    const asked = parseMessage(liveStartSchema, message);
    if (this.#run !== undefined && !this.#run.hasEnded) {
      if (this.#run.isOf(asked) && !asked.state) return this.#run.advice();
      throw new InvalidInputError(
        `run ${this.#run.id} goes on here.`,
        "End it first, or start another stopwise live for a second run.",
      );
    }
    this.#run = LiveRun.start(asked, this.#around);
    this.#run.rehearse();
    return this.#run.advice();
  }

  #running(): LiveRun {
    if (this.#run !== undefined) return this.#run;
    throw new InvalidInputError("no run was started.", 'Send a message of type "start" first.');
  }
}
