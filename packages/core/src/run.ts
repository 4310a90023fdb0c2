import * as z from "zod/mini";
import { regimeSchema } from "./regime.ts";

const maybe = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));
const number = z.number();

/** One evaluation point of a run; steps rise strictly within a run, a missing value is null or absent. */
export const checkpointSchema = z.looseObject({
  step: number.check(z.nonnegative()),
  /** Cumulative training tokens. */
  tokens: maybe(number.check(z.nonnegative())),
  epoch: maybe(number),
  /** The selection metric in [0, 1], higher is better. */
  quality: maybe(number.check(z.minimum(0), z.maximum(1))),
  /** The monitored loss of a run without a quality metric; lower is better. */
  value: maybe(number),
  /** The same score on a test set, where logged. */
  testQuality: maybe(number),
  evalLoss: maybe(number),
  trainLoss: maybe(number),
  gradNorm: maybe(number),
  lr: maybe(number),
});

/** One evaluation point of a run. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** How a run ended. */
export const endSchema = z.enum([
  "completed",
  "early-stopped",
  "target-reached",
  "crashed",
  "running",
  "unknown",
]);

/** How a run ended. */
export type End = z.infer<typeof endSchema>;

/** A recorded training run: one JSON line of a run-record file. Unknown fields are kept as they are. */
export const runRecordSchema = z.looseObject({
  id: z.string().check(z.minLength(1)),
  source: maybe(z.string()),
  path: maybe(z.string()),
  /** The unit of splitting and of guarantees. */
  group: maybe(z.string()),
  sweep: maybe(z.string()),
  task: maybe(z.string()),
  model: maybe(z.string()),
  family: maybe(z.string()),
  params: maybe(number.check(z.positive())),
  datasetSize: maybe(number.check(z.positive())),
  answerLength: maybe(number.check(z.positive())),
  metric: z.string(),
  kind: z._default(z.enum(["quality", "loss"]), "quality"),
  higherIsBetter: maybe(z.boolean()),
  /** How the run began; else it is taken from the model's name. */
  regime: maybe(regimeSchema),
  hyper: z._default(z.record(z.string(), z.unknown()), {}),
  plannedSteps: maybe(number.check(z.positive())),
  plannedTokens: maybe(number.check(z.positive())),
  plannedEpochs: maybe(number.check(z.positive())),
  end: maybe(endSchema),
  /** Questions in the evaluation set. */
  evalSize: maybe(number.check(z.positive())),
  /** Evaluations before thinning. */
  originalPoints: maybe(number.check(z.positive())),
  /** The step at which a policy in shadow mode, or an audited run, would have stopped. */
  wouldStopAt: maybe(number.check(z.nonnegative())),
  points: z.array(checkpointSchema),
});

/** A recorded training run. */
export type RunRecord = z.infer<typeof runRecordSchema>;
