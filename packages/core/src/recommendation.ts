import * as z from "zod/mini";
import { metricClassSchema } from "./metric.ts";
import { costUnitSchema } from "./outcome.ts";
import { policySchema } from "./policy.ts";

const interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });

/** The statistical statement that comes with a recommendation. */
export const certificateSchema = z.object({
  /** The guarantee in words: event, probability, assumption, over what it is random. */
  statement: z.string(),
  /** The event that is bounded, e.g. `EM loss > 0.01`. */
  event: z.string(),
  /** Miscoverage level, 1 - confidence. */
  alpha: z.number(),
  scope: z.enum(["new-task", "same-task"]),
  metricClass: metricClassSchema,
  nGroups: z.number(),
  certified: z.boolean(),
  missingGroups: z.optional(z.number()),
  reason: z.optional(z.string()),
});

/** The statistical statement that comes with a recommendation. */
export type Certificate = z.infer<typeof certificateSchema>;

/** A past run that speaks for a recommendation. */
export const evidenceSchema = z.object({
  run: z.string(),
  weight: z.number(),
  saving: z.number(),
  emLoss: z.number(),
});

/** A past run that speaks for a recommendation. */
export type Evidence = z.infer<typeof evidenceSchema>;

/** The answer to "how should this run be stopped?". */
export const recommendationSchema = z.object({
  status: z.enum(["certified", "uncertified", "abstained"]),
  policy: policySchema,
  /** The policy in one English sentence. */
  sentence: z.string(),
  predicted: z.object({ saving: interval, emLoss: interval, costUnit: costUnitSchema }),
  certificate: certificateSchema,
  evidence: z.array(evidenceSchema),
  distance: z.object({ value: z.number(), gate: z.number() }),
  /** The front of predicted saving against predicted EM loss; `chosen` marks the recommended policy where it is on it. */
  pareto: z.array(
    z.object({
      policy: policySchema,
      saving: z.number(),
      emLoss: z.number(),
      chosen: z.optional(z.boolean()),
    }),
  ),
  /** Area that the front beats, as a share of the box from the reference to saving 1 and loss 0. */
  hypervolume: z.optional(
    z.object({ value: z.number(), reference: z.object({ saving: z.number(), emLoss: z.number() }) }),
  ),
  config: z.nullable(z.record(z.string(), z.unknown())),
  advice: z.looseObject({ evalEvery: z.optional(z.number()) }),
  model: z.object({ version: z.string(), trainedOn: z.string() }),
});

/** The answer to "how should this run be stopped?". */
export type Recommendation = z.infer<typeof recommendationSchema>;
