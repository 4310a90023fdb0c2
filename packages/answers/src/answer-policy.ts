import { InvalidInputError, parseWith } from "@stopwise/core";
import * as z from "zod/mini";
import type { AnswerCriterion } from "./answer-criterion.ts";
import { answerCriteria } from "./criteria/index.ts";

/** When to stop sampling answers to a question, as data. `threshold: null` takes all samples. */
export const answerPolicySchema = z.strictObject({
  version: z.literal(1),
  criterion: z.string(),
  params: z._default(z.record(z.string(), z.unknown()), {}),
  threshold: z.nullable(z.number()),
  /** Samples that are taken in any case. */
  minSamples: z._default(z.int().check(z.positive()), 1),
});

/** When to stop sampling answers to a question. */
export type AnswerPolicy = z.infer<typeof answerPolicySchema>;

/** The criterion of an answer policy. */
export function answerCriterionOf(policy: AnswerPolicy): AnswerCriterion {
  const criterion = answerCriteria.get(policy.criterion);
  if (criterion !== undefined) return criterion;
  throw new InvalidInputError(
    `criterion "${policy.criterion}" is not known for sampled answers.`,
    `Known: ${[...answerCriteria.keys()].join(", ")}.`,
  );
}

/**
 * Validates an answer policy and fills in its defaults.
 *
 * @throws {InvalidInputError} with one line that names the field.
 */
export function parseAnswerPolicy(json: unknown): AnswerPolicy {
  const policy = parseWith(answerPolicySchema, json, "");
  const { schema } = answerCriterionOf(policy);
  return { ...policy, params: parseWith(schema, policy.params, "params") };
}

/** An answer policy as one English sentence. */
export function describeAnswerPolicy(policy: AnswerPolicy): string {
  if (policy.threshold === null) return "Take all samples; answer with the majority.";
  const condition = answerCriterionOf(policy).describe(policy.threshold, policy.params);
  const least = policy.minSamples === 1 ? "" : ` (after ${policy.minSamples} samples)`;
  return `Stop sampling when ${condition}${least}; answer with the majority.`;
}

/** Every criterion at its thresholds, and taking all samples: what the sampled-answer evaluation goes through. */
export function answerPortfolio(): AnswerPolicy[] {
  const policies = [...answerCriteria.values()].flatMap(({ name, examples, thresholds }) =>
    examples.flatMap((params) =>
      thresholds.map((threshold) => parseAnswerPolicy({ version: 1, criterion: name, params, threshold })),
    ),
  );
  return [parseAnswerPolicy({ version: 1, criterion: "vote-majority", threshold: null }), ...policies];
}
