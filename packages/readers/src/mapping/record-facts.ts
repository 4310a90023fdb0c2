import type { Checkpoint, RunRecord } from "@stopwise/core";
import type { EvaluationFacts, LogFacts } from "./run-facts.ts";

const scores = ["quality", "value", "testQuality", "evalLoss"] as const;

function evaluationFacts(point: Checkpoint): EvaluationFacts {
  const facts: EvaluationFacts = { step: point.step };
  if (typeof point.epoch === "number") facts["epoch"] = point.epoch;
  for (const score of scores) {
    const value = point[score];
    if (typeof value === "number") facts[score] = value;
  }
  return facts;
}

const isEvaluated = (point: Checkpoint): boolean =>
  typeof point.quality === "number" ||
  typeof point.value === "number" ||
  typeof point.evalLoss === "number" ||
  typeof point.testQuality === "number";

/** Smallest and largest value of one score, undefined where it was never recorded. */
function extremesOf(points: readonly Checkpoint[], score: (typeof scores)[number]) {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < points.length; index += 1) {
    const value = points[index]![score];
    if (typeof value !== "number") continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : undefined;
}

/** The facts of a run that is a run record already; its metrics go by the record's field names. */
export function recordFacts({ points }: RunRecord): LogFacts {
  const best: Record<string, { min: number; max: number }> = {};
  for (const score of scores) {
    const extremes = extremesOf(points, score);
    if (extremes !== undefined) best[score] = extremes;
  }
  let nEvalPoints = 0;
  for (const point of points) if (isEvaluated(point)) nEvalPoints += 1;
  const first = points.find(isEvaluated);
  const last = points.findLast(isEvaluated);
  return {
    nEvalPoints,
    lastStep: points.at(-1)?.step ?? null,
    metrics: Object.keys(best),
    firstEval: first === undefined ? null : evaluationFacts(first),
    lastEval: last === undefined ? null : evaluationFacts(last),
    best,
  };
}
