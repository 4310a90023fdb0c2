import * as z from "zod/mini";

/** What a stopper says at one checkpoint, with its reason. */
export const decisionSchema = z.object({
  action: z.enum(["continue", "stop", "reduceLearningRate", "cooldown"]),
  /** One English sentence that a log line can print. */
  reason: z.string(),
  criterion: z.string(),
  /** The criterion's statistic; null where it has none yet. */
  value: z.nullable(z.number()),
  /** The level it is compared with; null stands for infinity. */
  threshold: z.nullable(z.number()),
  step: z.number(),
  tokens: z.nullable(z.number()),
  /** What the checkpoint lacks that earlier ones had, in one sentence. */
  warning: z.optional(z.string()),
  /** With `reduceLearningRate`: the rate is multiplied by this, in (0, 1). */
  factor: z.optional(z.number()),
  /** With `cooldown`: training tokens over which the rate falls to zero. */
  cooldownTokens: z.optional(z.number()),
});

/** What a stopper says at one checkpoint. */
export type Decision = z.infer<typeof decisionSchema>;
