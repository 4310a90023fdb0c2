import * as z from "zod/mini";
import { metricClassSchema } from "./metric.ts";
import { costUnitSchema } from "./outcome.ts";
import { policySchema, simplePolicySchema } from "./policy.ts";
import { regimeSchema } from "./regime.ts";
import { taskSchema } from "./task.ts";

/** A mean inside its 5 % to 95 % range; `median` where it parts from the mean. */
const interval = z.object({
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  median: z.optional(z.number()),
});

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
  /** The run for a person: task, model, metric, source. */
  name: z.optional(z.string()),
  weight: z.number(),
  saving: z.number(),
  emLoss: z.number(),
});

/** A past run that speaks for a recommendation. */
export type Evidence = z.infer<typeof evidenceSchema>;

/** A changed task: what is predicted of it, or the reason why nothing is. */
const consideredVariantSchema = z.object({
  label: z.string(),
  kind: z.enum(["data-fraction", "regularisation"]),
  /** What is changed, e.g. `{ "dataFraction": 0.5 }` or `{ "dropout": 0.2 }`. */
  set: z.record(z.string(), z.union([z.number(), z.string()])),
  policy: z.optional(policySchema),
  sentence: z.optional(z.string()),
  /** Final EM delivered by this policy minus best EM of the full run to its end, absolute; `level` is the probability of the range of the change itself. */
  emChange: z.optional(
    z.extend(interval, { level: z.optional(z.number()), nGroups: z.optional(z.number()) }),
  ),
  finalEm: z.optional(z.number()),
  /** Tokens relative to the full run to its end. */
  tokens: z.optional(z.number()),
  /** Whether the mean change keeps the bound. */
  withinBound: z.optional(z.boolean()),
  /** Whether its low end does. */
  withinBoundAtWorst: z.optional(z.boolean()),
  reason: z.optional(z.string()),
});

/** What less data or other regularisation would do; never certified. */
const considerSchema = z.object({
  note: z.string(),
  /** What less data leaves as it is. */
  plan: z.optional(z.string()),
  /** Whose curves the changes are read from. */
  basis: z.optional(z.string()),
  /** Best EM of the full run to its end, predicted from the same past runs. */
  finalEm: z.optional(interval),
  variants: z.array(consideredVariantSchema),
  /** Label of the variant of fewest tokens within the bound. */
  best: z.optional(z.string()),
  reason: z.optional(z.string()),
});

/** What sparser or denser evaluation would do. */
const cadenceSchema = z.object({
  /** Where the figures come from. */
  note: z.string(),
  /** Evaluations in a whole run that are recommended. */
  evaluations: z.number(),
  /** Evaluations planned, where known. */
  planned: z.optional(z.number()),
  /** Training tokens that one evaluation is worth, and where the figure is from. */
  evalCost: z.optional(z.object({ tokens: z.number(), from: z.enum(["given", "estimated"]) })),
  rows: z.array(
    z.object({
      evaluations: z.number(),
      /** Optimiser steps between two evaluations. */
      evalEvery: z.optional(z.number()),
      /** The recommended kind of policy, its threshold tuned at this cadence. */
      saving: z.number(),
      /** Against the best checkpoint of the past runs' own cadence. */
      emLoss: z.number(),
      /** Saving of training and evaluation together, against the planned run to its end with its planned evaluations. */
      savingWithEvaluation: z.optional(z.number()),
      /** Whether the bound was kept on past groups that the threshold was not tuned on. */
      withinBound: z.boolean(),
    }),
  ),
});

/** A fact of a task that lies outside what the population's past runs had, and what those had. */
const outsideFactSchema = z.object({
  fact: z.string(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

/** The past runs that an answer is about, and how the task lies to them. */
const populationSchema = z.object({
  regime: regimeSchema,
  /** Whether the regime was taken from the model's name. */
  assumed: z.boolean(),
  nRuns: z.number(),
  nGroups: z.number(),
  /** Facts outside the range of the past runs; none of them may be for a certificate. */
  outside: z.array(outsideFactSchema),
  /** Facts that a certificate needs and that are not told. */
  missing: z.array(z.string()),
});

/** The past runs that an answer is about, and how the task lies to them. */
export type Population = z.infer<typeof populationSchema>;

/** What is predicted of a policy on the run in question. */
const predictedSchema = z.object({
  saving: interval,
  /** Clipped as the bound's mean clips it. */
  emLoss: interval,
  /** Mean loss without a clip. */
  emLossUnclipped: z.optional(z.number()),
  costUnit: costUnitSchema,
});

/** The criterion that looks at every evaluation, for whoever can ask at each, with a certificate of its own. */
const learnedAdviceSchema = z.object({
  status: z.enum(["certified", "uncertified", "abstained"]),
  policy: simplePolicySchema,
  sentence: z.string(),
  predicted: predictedSchema,
  certificate: certificateSchema,
});

/** The answer to "how should this run be stopped?". */
export const recommendationSchema = z.object({
  status: z.enum(["certified", "uncertified", "abstained"]),
  policy: policySchema,
  /** The policy in one English sentence. */
  sentence: z.string(),
  predicted: predictedSchema,
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
  advice: z.looseObject({
    learned: z.optional(learnedAdviceSchema),
    /** Optimiser steps between two evaluations, where the planned steps are known. */
    evalEvery: z.optional(z.number()),
    cadence: z.optional(cadenceSchema),
    consider: z.optional(considerSchema),
  }),
  population: z.optional(populationSchema),
  /** The facts of the task as they were understood. */
  task: z.optional(taskSchema),
  model: z.object({ version: z.string(), trainedOn: z.string(), hash: z.optional(z.string()) }),
});

/** The answer to "how should this run be stopped?". */
export type Recommendation = z.infer<typeof recommendationSchema>;
