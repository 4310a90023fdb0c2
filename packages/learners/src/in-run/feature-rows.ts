import type { Curve, Task } from "@stopwise/core";
import {
  CheckpointExtractor,
  checkpointFeatures,
  taskFeatureList,
  taskFeatures,
  type CheckpointPlan,
  type CheckpointSignals,
} from "@stopwise/features";
import { observationAt, type Observation, type PlannedLength } from "@stopwise/policies";

/**
 * What a row tells of the task. The ablation found that the rest of the task's features (family, architecture,
 * schedule, ...) cost more by chance splits than they tell, once the curve itself is seen.
 */
const taskColumns = [
  "datasetSize",
  "answerLength",
  "params",
  "maxSteps",
  "epochs",
  "evals",
  "evalSize",
  "learningRate",
];
const taskIndices = taskColumns.map((name) => taskFeatureList.findIndex((feature) => feature.name === name));

/** Columns of a feature row: those of the checkpoint, then those of the task. */
export const nRowFeatures = checkpointFeatures.length + taskColumns.length;

/** Names of the columns of a feature row, `[nRowFeatures]`. */
export const rowFeatureNames: readonly string[] = [
  ...checkpointFeatures.map((feature) => feature.name),
  ...taskColumns.map((name) => `task.${name}`),
];

/** The part of a feature row that is known before the run starts. */
export function taskPart(task: Task): Float64Array {
  const all = taskFeatures(task);
  return Float64Array.from(taskIndices, (index) => all[index]!);
}

const first = (...values: (number | null | undefined)[]): number =>
  values.find((value) => typeof value === "number" && value > 0) ?? Number.NaN;

/** What was planned, from the task and from what the stopper was told; NaN where neither tells. */
export function checkpointPlanOf(task: Task, planned: PlannedLength = {}): CheckpointPlan {
  return {
    steps: first(planned.steps, task.maxSteps),
    tokens: first(planned.tokens, task.maxTokens),
    epochs: first(planned.epochs, task.epochs),
  };
}

/** The plan of a recorded run: what a stopper would have been told at its start. */
export function planOfCurve(curve: Curve, task: Task): CheckpointPlan {
  return checkpointPlanOf(task, { steps: curve.plannedSteps, [curve.costUnit]: curve.plannedCost });
}

/**
 * What the extractor sees of an observation. A run with a loss only is followed by -log(eval loss) in place of the
 * score, so that a difference of 0.01 is a loss lower by one per cent.
 */
export function monitoredSignals(observation: Observation, kind: Curve["kind"]): CheckpointSignals {
  if (kind === "quality") return observation;
  const { evalLoss } = observation;
  return { ...observation, quality: evalLoss > 0 ? -Math.log(evalLoss) : Number.NaN };
}

/** Feature rows of every checkpoint of a curve, row-major `[nCheckpoints, nRowFeatures]`, as a live stopper sees them. */
export function featureRows(curve: Curve, task: Task): Float64Array {
  const rows = new Float64Array(curve.nCheckpoints * nRowFeatures);
  const extractor = new CheckpointExtractor(planOfCurve(curve, task));
  const known = taskPart(task);
  for (let index = 0; index < curve.nCheckpoints; index++) {
    const at = index * nRowFeatures;
    extractor.observe(monitoredSignals(observationAt(curve, index), curve.kind), rows, at);
    rows.set(known, at + checkpointFeatures.length);
  }
  return rows;
}
