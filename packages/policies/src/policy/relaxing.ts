import * as z from "zod/mini";

/** Parameters of the composite `relaxing`. */
export const relaxingSchema = z.strictObject({
  /** How far quality must fall below its expected course, as a fraction. */
  drop: z._default(z.number().check(z.nonnegative()), 0.01),
  /** How much higher the threshold counts then. */
  factor: z._default(z.number().check(z.gt(1)), 2),
  /** Evaluations for which it does. */
  evals: z._default(z.int().check(z.positive()), 5),
  /** Evaluations that the expected course averages over. */
  window: z._default(z.int().check(z.positive()), 5),
});

/** Parameters of the composite `relaxing`. */
export type RelaxingParams = z.infer<typeof relaxingSchema>;
