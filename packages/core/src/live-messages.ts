import * as z from "zod/mini";
import { decisionSchema } from "./decision.ts";

const maybe = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));
const share = z.number().check(z.minimum(0), z.maximum(1));
const facts = z.record(z.string(), z.unknown());

/** What a live run may do with a decision, as it is asked for; `auto` stops where the answer is certified. */
export const liveModeSchema = z.enum(["stop", "shadow", "audit", "auto"]);

/** What a live run may do with a decision, as it is asked for. */
export type LiveMode = z.infer<typeof liveModeSchema>;

/** What a live run does with a decision: stops, or goes on and records where it would have stopped. */
const effectiveModeSchema = z.enum(["stop", "shadow", "audit"]);

/** Name of a live run: what its record in the store is called. */
export const liveRunNameSchema = z.string().check(z.minLength(1), z.maxLength(200));

/** Begins a live run, or goes on with one where `state` is what a decision carried. */
export const liveStartSchema = z.strictObject({
  type: z.literal("start"),
  run: liveRunNameSchema,
  /** Facts of the task, as `recommend` takes them. */
  task: z._default(facts, {}),
  /** How the answer is wanted, as `recommend` takes it: `maxEmLoss`, `confidence`, `bound`, ... */
  request: z._default(facts, {}),
  mode: z._default(liveModeSchema, "auto"),
  /** Whether qualities are told in [0, 1] or in percent. */
  scale: z._default(z.enum(["unit", "percent"]), "unit"),
  /** The unit of splitting and of guarantees that the run's record belongs to; default: the task's name. */
  group: maybe(z.string().check(z.minLength(1))),
  /** Share of the runs that go on to their plan, to learn from; 0 switches it off. */
  auditShare: maybe(share),
  /** Whether the trainer can lower its learning rate: a plateau then first lowers it. */
  learningRateActions: maybe(z.boolean()),
  /** What the last decision's `state` was, to go on after an interruption. */
  state: z.optional(z.nullable(z.unknown())),
});

/** Begins a live run. */
export type LiveStart = z.infer<typeof liveStartSchema>;

/** One evaluation of a live run; a missing value is null or absent. */
export const liveCheckpointSchema = z.strictObject({
  type: z.literal("checkpoint"),
  /** Optimiser step; rises from checkpoint to checkpoint. */
  step: z.number().check(z.nonnegative()),
  /** Cumulative training tokens. */
  tokens: maybe(z.number().check(z.nonnegative())),
  epoch: maybe(z.number().check(z.nonnegative())),
  /** The monitored score, in the scale of the start message; higher is better. */
  quality: maybe(z.number()),
  /** The same on a test set. */
  testQuality: maybe(z.number()),
  evalLoss: maybe(z.number()),
  trainLoss: maybe(z.number()),
  gradNorm: maybe(z.number()),
  lr: maybe(z.number()),
});

/** One evaluation of a live run. */
export type LiveCheckpointMessage = z.infer<typeof liveCheckpointSchema>;

/** Ends a live run. */
export const liveEndSchema = z.strictObject({
  type: z.literal("end"),
  end: z.enum(["completed", "early-stopped", "crashed"]),
});

/** Ends a live run. */
export type LiveEnd = z.infer<typeof liveEndSchema>;

/** What was, or would be, saved: a share of the plan's cost, and training tokens where the plan tells them. */
const savedSchema = z.object({ share: z.nullable(z.number()), tokens: z.nullable(z.number()) });

/** What was, or would be, saved; null where the plan does not tell. */
export type LiveSaved = z.infer<typeof savedSchema>;

/** The answer to a start: what the run will be stopped by, and the advice that led there. */
export const liveAdviceSchema = z.object({
  type: z.literal("advice"),
  run: z.string(),
  mode: effectiveModeSchema,
  using: z.enum(["learned", "start"]),
  /** As `recommend --json` prints it. */
  advice: z.looseObject({}),
  /** The policy at work, its threshold as feedback has moved it, in one English sentence. */
  sentence: z.string(),
  /** The policy at work: what `replay --policy` takes. */
  policy: z.looseObject({}),
  /** How far past audited runs are from the level that was asked for; null before the first. */
  feedback: z.nullable(z.looseObject({})),
  /** Checkpoints that are known already: more than 0 where the run goes on after an interruption. */
  checkpoints: z.number(),
});

/** The answer to a start. */
export type LiveAdvice = z.infer<typeof liveAdviceSchema>;

/** The answer to a checkpoint. */
export const liveDecisionSchema = z.extend(decisionSchema, {
  type: z.literal("decision"),
  /** Step at which the policy would have stopped, in a run that is not to be stopped. */
  wouldStopAt: z.nullable(z.number()),
  savedIfStopped: z.nullable(savedSchema),
  /** Goes into the trainer's checkpoint; a start with this state goes on from here. */
  state: z.unknown(),
});

/** The answer to a checkpoint. */
export type LiveDecision = z.infer<typeof liveDecisionSchema>;

/** The answer to an end. */
export const liveRecordedSchema = z.object({
  type: z.literal("recorded"),
  run: z.string(),
  /** Folder or address of the store that the run is in, at the latest from its next use on. */
  store: z.string(),
  /** What was saved; nothing in a run that went to its end. */
  saved: savedSchema,
  wouldStopAt: z.nullable(z.number()),
  /** What a run that was watched only would have saved, and its loss (absolute; for a loss-only run relative). */
  shadow: z.optional(z.object({ share: z.number(), tokens: z.nullable(z.number()), emLoss: z.number() })),
  /** One line for the log. */
  summary: z.string(),
});

/** The answer to an end. */
export type LiveRecorded = z.infer<typeof liveRecordedSchema>;

/** The answer to a message that cannot be taken; the run goes on. */
export const liveErrorSchema = z.object({
  type: z.literal("error"),
  code: z.string(),
  message: z.string(),
  hint: z.string(),
});

/** The answer to a message that cannot be taken. */
export type LiveError = z.infer<typeof liveErrorSchema>;
