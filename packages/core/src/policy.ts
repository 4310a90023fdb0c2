import * as z from "zod/mini";

/** Which series of the curve a criterion watches. */
export const monitorSchema = z.enum(["quality", "evalLoss", "trainLoss", "gradNorm"]);

/** Which series of the curve a criterion watches. */
export type Monitor = z.infer<typeof monitorSchema>;

/**
 * Evaluations that cannot stop the run, counted in evaluations, steps, tokens or as a fraction of the plan.
 * `updatesBest` tells whether they still move the reference.
 */
export const warmupSchema = z.object({
  evals: z.optional(z.number().check(z.nonnegative())),
  steps: z.optional(z.number().check(z.nonnegative())),
  tokens: z.optional(z.number().check(z.nonnegative())),
  fraction: z.optional(z.number().check(z.minimum(0), z.maximum(1))),
  updatesBest: z._default(z.boolean(), true),
});

/** Evaluations that cannot stop the run. */
export type Warmup = z.infer<typeof warmupSchema>;

/** What a non-finite value does: counts as bad, stops at once, is as if not there, or becomes the reference. */
export const nanRuleSchema = z.enum(["count", "stop", "ignore", "poison"]);

/** What a non-finite value does. */
export type NanRule = z.infer<typeof nanRuleSchema>;

/** Which checkpoint a stopped run gives. */
export const deliverySchema = z.enum(["best", "last"]);

/** Which checkpoint a stopped run gives. */
export type Delivery = z.infer<typeof deliverySchema>;

/**
 * What a policy does where it crosses its threshold, when that is not to stop: the learning rate is multiplied by
 * `factor`, or falls to zero over `tokens` training tokens.
 */
export const policyActionSchema = z.union([
  z.object({ kind: z.literal("reduceLearningRate"), factor: z.number().check(z.gt(0), z.lt(1)) }),
  z.object({ kind: z.literal("cooldown"), tokens: z.number().check(z.positive()) }),
]);

/** What a policy does where it crosses its threshold, when that is not to stop. */
export type PolicyAction = z.infer<typeof policyActionSchema>;

/** A policy of one criterion: stop at the first checkpoint after warm-up where its statistic reaches the threshold. */
export const simplePolicySchema = z.object({
  version: z.literal(1),
  criterion: z.string(),
  monitor: z._default(monitorSchema, "quality"),
  direction: z._default(z.enum(["max", "min"]), "max"),
  params: z._default(z.record(z.string(), z.unknown()), {}),
  /** `null` stands for infinity: never stop. */
  threshold: z.nullable(z.number()),
  compare: z._default(z.enum([">=", ">"]), ">="),
  warmup: z.optional(warmupSchema),
  nan: z._default(nanRuleSchema, "count"),
  delivery: z._default(deliverySchema, "best"),
  /** Absent: stop. */
  action: z.optional(policyActionSchema),
  /** `sha256:...` of the model file that a learned criterion belongs to. */
  model: z.optional(z.string()),
});

/** A policy of one criterion. */
export type SimplePolicy = z.infer<typeof simplePolicySchema>;

/** Policies compose as data. */
export const compositePolicySchema = z.object({
  version: z.literal(1),
  criterion: z.enum(["anyOf", "allOf", "afterWarmup", "sequence", "guard", "relaxing"]),
  of: z.array(z.lazy((): z.ZodMiniType<Policy> => policySchema)).check(z.minLength(1)),
  warmup: z.optional(warmupSchema),
  params: z._default(z.record(z.string(), z.unknown()), {}),
  delivery: z._default(deliverySchema, "best"),
});

/** A policy made of policies. */
export interface CompositePolicy {
  version: 1;
  criterion: "anyOf" | "allOf" | "afterWarmup" | "sequence" | "guard" | "relaxing";
  of: Policy[];
  warmup?: Warmup | undefined;
  params: Record<string, unknown>;
  delivery: Delivery;
}

/** A stopping policy, as data. */
export type Policy = SimplePolicy | CompositePolicy;

/** Any policy: composite or of one criterion. */
export const policySchema: z.ZodMiniType<Policy> = z.union([compositePolicySchema, simplePolicySchema]);

/** The policy that lets every run go on to its end. */
export const neverStop: SimplePolicy = {
  version: 1,
  criterion: "never",
  monitor: "quality",
  direction: "max",
  params: {},
  threshold: null,
  compare: ">=",
  nan: "count",
  delivery: "best",
};
