import { InvalidInputError, ruleOf, taskSchema, type Task } from "@stopwise/core";
import * as z from "zod/mini";

const positive = z.number().check(z.positive());
const probability = z.number().check(z.gt(0), z.lt(1));

/** What to recommend for: a task, the bound, and how the answer is wanted. */
export const requestSchema = z.extend(taskSchema, {
  /** Largest EM loss wanted, absolute: 0.01 is one point. */
  maxEmLoss: z.optional(z.number().check(z.positive(), z.lt(0.3))),
  /** For loss-only runs: the largest relative increase of the loss wanted. */
  maxLossIncrease: z.optional(positive),
  /** 1 - alpha. */
  confidence: z._default(probability, 0.9),
  bound: z._default(z.enum(["tail", "mean", "high-probability"]), "tail"),
  /** Saving, a share of the cost, that one point (0.01) of loss is worth: asks for the weighted choice, uncertified. */
  pointWorth: z.optional(positive),
  delivery: z._default(z.enum(["best", "last"]), "best"),
  /** Trainer that the policy must be exact for. */
  target: z.optional(z.string()),
  targetVersion: z.optional(z.string()),
  /** Changes of the task that are judged beside it. */
  consider: z.optional(z.array(z.enum(["data-fraction", "regularisation"]))),
  /** Training tokens that one evaluation is worth. */
  evalCost: z.optional(z.number().check(z.nonnegative())),
  seed: z._default(z.number().check(z.nonnegative()), 0),
});

/** What to recommend for, as a caller writes it. */
export type Request = z.input<typeof requestSchema>;

/** A request with its defaults filled in. */
export type FullRequest = z.output<typeof requestSchema>;

const mends: Readonly<Record<string, string>> = {
  maxEmLoss: "Write one point as 0.01; it is absolute and below 0.3.",
  maxLossIncrease: "Write one percent as 0.01.",
  confidence: "Give a share between 0 and 1, such as 0.9.",
  bound: "Use tail, mean or high-probability.",
  pointWorth: "Write five percent of the tokens for a point as 0.05.",
  delivery: "Use best or last.",
  consider: 'Give a list of "data-fraction" and "regularisation".',
  evalCost: "Give tokens >= 0 for one evaluation, such as 50000.",
  seed: "Give a whole number >= 0.",
};

/**
 * Checks a request once, at the boundary.
 *
 * @throws InvalidInputError that names the field, the value got and the mend.
 */
export function parseRequest(request: Request): FullRequest {
  const parsed = z.safeParse(requestSchema, request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = String(issue.path[0] ?? "request");
  const got = JSON.stringify((request as Record<string, unknown>)[field]);
  throw new InvalidInputError(
    `${field} ${ruleOf(issue)}, got ${got}.`,
    mends[field] ?? "Leave it out where it is unknown.",
  );
}

/** The task part of a request. */
export function taskOfRequest(request: FullRequest): Task {
  const names = Object.keys(taskSchema.shape) as (keyof Task)[];
  return Object.fromEntries(
    names.filter((name) => request[name] !== undefined).map((name) => [name, request[name]]),
  );
}
