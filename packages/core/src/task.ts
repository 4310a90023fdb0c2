import * as z from "zod/mini";
import { metricClassSchema } from "./metric.ts";
import { regimeSchema } from "./regime.ts";

const count = z.number().check(z.positive());
const natural = z.number().check(z.nonnegative());
const maybe = <T extends z.ZodMiniType>(schema: T) => z.optional(z.nullable(schema));

/**
 * What is known before a run starts. Every field may be missing or null: unknown is a value of its own.
 * Units: examples, tokens, optimiser steps, epochs; rates as fractions.
 */
export const taskSchema = z.object({
  name: maybe(z.string()),
  datasetSize: maybe(count),
  answerLength: maybe(count),
  family: maybe(z.string()),
  model: maybe(z.string()),
  params: maybe(count),
  maxSteps: maybe(count),
  maxTokens: maybe(count),
  epochs: maybe(count),
  batchSize: maybe(count),
  sequenceLength: maybe(count),
  /** Number of evaluations planned. */
  evals: maybe(count),
  /** Questions in the evaluation set. */
  evalSize: maybe(count),
  learningRate: maybe(natural),
  schedule: maybe(z.string()),
  warmupSteps: maybe(natural),
  weightDecay: maybe(natural),
  dropout: maybe(z.number().check(z.minimum(0), z.maximum(1))),
  normalization: maybe(z.string()),
  metric: maybe(z.string()),
  metricClass: maybe(metricClassSchema),
  /** How the run begins; else it is taken from the model's name. */
  regime: maybe(regimeSchema),
});

/** What is known before a run starts. */
export type Task = z.infer<typeof taskSchema>;
