import { plannedStepsOf, type Policy, type Task } from "@stopwise/core";

/** When a run evaluates: every so many optimiser steps, or every such share of the planned steps. */
export type Cadence = { readonly steps: number } | { readonly share: number };

const defaultEvals = 40;

/** Evaluations that a run needs for a stop by patience to save half of it. */
function evalsFor(policy: Policy): number {
  if ("of" in policy || policy.threshold === null) return defaultEvals;
  return Math.max(defaultEvals, 2 * (policy.threshold + (policy.warmup?.evals ?? 0)));
}

/**
 * The evaluation cadence of a task: its planned steps over its number of evaluations; where it names none 40, or twice
 * what the policy's patience and warm-up take. Where the planned steps are unknown, a share of them, which trainers resolve themselves.
 */
export function cadenceOf(task: Task, policy: Policy): Cadence {
  const evals = task.evals ?? evalsFor(policy);
  const steps = plannedStepsOf(task);
  if (steps === undefined) return { share: Number((1 / evals).toPrecision(4)) };
  return { steps: Math.max(1, Math.floor(steps / evals)) };
}
