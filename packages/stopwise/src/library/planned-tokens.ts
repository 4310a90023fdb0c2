import type { Task } from "@stopwise/core";

/**
 * Training tokens that a task plans: told, or steps x batch x length, or epochs x examples x length; undefined where the
 * facts do not tell.
 */
export function plannedTokens(task: Task): number | undefined {
  const { maxTokens, maxSteps, epochs, batchSize, sequenceLength, datasetSize } = task;
  if (maxTokens) return maxTokens;
  if (!sequenceLength) return undefined;
  if (maxSteps && batchSize) return maxSteps * batchSize * sequenceLength;
  return epochs && datasetSize ? epochs * datasetSize * sequenceLength : undefined;
}
