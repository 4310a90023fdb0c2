import { InvalidInputError, parseWith } from "@stopwise/core";
import * as z from "zod/mini";

const maybe = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

/** One sampled answer to a question. */
const sampleSchema = z.looseObject({
  /** The answer as it is compared with others; null where none could be read, which costs tokens and has no vote. */
  answer: maybe(z.union([z.string(), z.number()])),
  correct: z.boolean(),
  /** Answer tokens, thinking included. */
  tokens: maybe(z.number().check(z.nonnegative())),
});

/** A question with its sampled answers in the order they were drawn. */
export const questionSchema = z.looseObject({
  question: maybe(z.union([z.string(), z.number()])),
  task: maybe(z.string()),
  model: maybe(z.string()),
  /** `iid`: independent samples; `budget`: one greedy answer at each of several growing thinking budgets; others as named. */
  kind: z._default(z.enum(["iid", "budget", "prompt", "trial"]), "iid"),
  samples: z.array(sampleSchema),
});

/** A question with its sampled answers. */
export type QuestionRecord = z.infer<typeof questionSchema>;

/** A question as arrays; each `[nSamples]`. */
export interface Question {
  /** The unit of splitting: task and model. */
  readonly group: string;
  readonly kind: QuestionRecord["kind"];
  readonly nSamples: number;
  /** Answers as numbers from 0 in order of first appearance; -1 for none. */
  readonly answers: Int32Array;
  readonly correct: Uint8Array;
  /** Cumulative tokens; with growing budgets those of the largest answer so far; samples where tokens are unknown. */
  readonly cost: Float64Array;
  readonly costUnit: "tokens" | "samples";
}

function cumulative(values: readonly number[], kind: QuestionRecord["kind"]): Float64Array {
  let total = 0;
  return Float64Array.from(
    values,
    (value) => (total = kind === "budget" ? Math.max(total, value) : total + value),
  );
}

/**
 * Reads a question record.
 *
 * @throws {InvalidInputError} naming the field that is wrong.
 */
export function questionOf(record: unknown): Question {
  const parsed = parseWith(questionSchema, record, "");
  if (parsed.samples.length === 0) {
    throw new InvalidInputError(
      "samples must hold at least one answer, got none.",
      "Leave that question out.",
    );
  }
  const { samples, kind } = parsed;
  const ids = new Map<string, number>();
  const idOf = (answer: string | number | null | undefined): number => {
    if (answer === null || answer === undefined) return -1;
    const key = String(answer).trim();
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  };
  const counted = samples.every(({ tokens }) => typeof tokens === "number" && tokens > 0);
  return {
    group: `${parsed.task ?? "unknown"} | ${parsed.model ?? "unknown"}`,
    kind,
    nSamples: samples.length,
    answers: Int32Array.from(samples, ({ answer }) => idOf(answer)),
    correct: Uint8Array.from(samples, ({ correct }) => (correct ? 1 : 0)),
    cost: counted
      ? cumulative(
          samples.map(({ tokens }) => tokens!),
          kind,
        )
      : Float64Array.from(samples, (_, i) => i + 1),
    costUnit: counted ? "tokens" : "samples",
  };
}
