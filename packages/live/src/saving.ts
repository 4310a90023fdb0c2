import type { Checkpoint, LiveSaved, Task } from "@stopwise/core";

const known = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value) && value > 0;

/** Share of the plan that is done at a checkpoint, by tokens, else steps, else epochs; null where no plan is known. */
export function progressAt(point: Checkpoint, task: Task): number | null {
  if (known(task.maxTokens) && known(point.tokens)) return point.tokens / task.maxTokens;
  if (known(task.maxSteps)) return point.step / task.maxSteps;
  if (known(task.epochs) && known(point.epoch)) return point.epoch / task.epochs;
  return null;
}

/** What a stop at this checkpoint saves of the plan; null where the plan, or the tokens, are not known. */
export function savingAt(point: Checkpoint, task: Task): LiveSaved {
  const progress = progressAt(point, task);
  if (progress === null) return { share: null, tokens: null };
  const share = Math.max(0, 1 - progress);
  const tokens = known(point.tokens) && progress > 0 ? Math.round((point.tokens / progress) * share) : null;
  return { share, tokens };
}
