import type { Task } from "@stopwise/core";

/** When a run evaluates: every so many optimiser steps, or every such share of the planned steps. */
export type Cadence = { readonly steps: number } | { readonly share: number };

const defaultEvals = 20;

/** Planned optimiser steps: given, or epochs x examples / batch; undefined where unknown. */
function stepsOf(task: Task): number | undefined {
  if (task.maxSteps) return task.maxSteps;
  if (task.epochs && task.datasetSize && task.batchSize) {
    return Math.ceil(task.datasetSize / task.batchSize) * task.epochs;
  }
  return undefined;
}

/**
 * The evaluation cadence of a task: its planned steps over its number of evaluations (20 where it names none).
 * Where the planned steps are unknown, a share of them, which trainers resolve themselves.
 */
export function cadenceOf(task: Task): Cadence {
  const evals = task.evals ?? defaultEvals;
  const steps = stepsOf(task);
  if (steps === undefined) return { share: Number((1 / evals).toPrecision(4)) };
  return { steps: Math.max(1, Math.floor(steps / evals)) };
}
