import * as z from "zod/mini";

/** What the cost is counted in. */
export const costUnitSchema = z.enum(["tokens", "steps", "epochs"]);

/** What the cost is counted in. */
export type CostUnit = z.infer<typeof costUnitSchema>;

/** What a policy would have done on a recorded run, exact at the recorded cadence. */
export const outcomeSchema = z.object({
  /** 0-based checkpoint at which the run stops; null when it runs to its end. */
  stopIndex: z.nullable(z.number()),
  /** 1 - cost(stop) / cost(end), in [0, 1). */
  saving: z.number(),
  /** max(0, best quality of the run - quality delivered); for a loss-only run min(stop) / min(end) - 1. */
  emLoss: z.number(),
  /** The same on the test metric, where it is logged. */
  testEmLoss: z.optional(z.nullable(z.number())),
  costUnit: costUnitSchema,
});

/** What a policy would have done on a recorded run. */
export type Outcome = z.infer<typeof outcomeSchema>;
