import type { Checkpoint, RunRecord } from "@stopwise/core";
import { missingFacts } from "../mapping/run-mapping.ts";
import type { IngestedRun } from "./ingest-report.ts";

/** A log that holds a run again. */
export interface Again {
  readonly run: IngestedRun;
  /** Both count steps alike. */
  readonly byStep: boolean;
}

/** Facts of a run that any of its logs may tell. */
const headFacts = [
  "task",
  "group",
  "sweep",
  "model",
  "family",
  "params",
  "datasetSize",
  "answerLength",
  "evalSize",
  "plannedSteps",
  "plannedTokens",
  "plannedEpochs",
] as const;

/** Series that one logger of a training writes and another may not. */
const sideSeries = ["tokens", "evalLoss", "trainLoss", "gradNorm", "lr", "testQuality"] as const;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** The settings of both; what one estimated gives way to what the other states. */
function joinSettings(
  own: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const joined: Record<string, unknown> = { ...own };
  for (const [name, value] of Object.entries(other)) {
    if (/Estimated$/.test(name) || name === "log" || name === "stepIsEpoch" || isAbsent(value)) continue;
    const flag = `${name}Estimated`;
    const isStated = other[flag] !== true;
    if (isAbsent(own[name])) {
      joined[name] = value;
      if (!isStated) joined[flag] = true;
    } else if (own[flag] === true && isStated) {
      joined[name] = value;
      joined[flag] = false;
    }
  }
  return joined;
}

/** Fills series that a checkpoint lacks from the other log's checkpoint of the same step. */
function joinPoints(own: readonly Checkpoint[], other: readonly Checkpoint[]): Checkpoint[] {
  const byStep = new Map(other.map((point) => [point.step, point]));
  const lacking = sideSeries.filter((name) => own.every((point) => isAbsent(point[name])));
  if (lacking.length === 0) return [...own];
  return own.map((point) => {
    const twin = byStep.get(point.step);
    if (twin === undefined) return point;
    const told = lacking.filter((name) => !isAbsent(twin[name])).map((name) => [name, twin[name]] as const);
    return told.length === 0 ? point : { ...point, ...Object.fromEntries(told) };
  });
}

/** Tokens fall nowhere and are known at every checkpoint, or they are given up. */
function hasWholeTokens(points: readonly Checkpoint[]): boolean {
  return points.every(({ tokens }, index) => {
    const before = points[index - 1]?.tokens ?? 0;
    return !isAbsent(tokens) && tokens! >= before;
  });
}

function joinRecords(own: RunRecord, other: RunRecord, byStep: boolean): RunRecord {
  const joined: RunRecord = { ...own, hyper: joinSettings(own.hyper, other.hyper) };
  const sizeIsGuessed =
    own.hyper["datasetSizeEstimated"] === true && other.hyper["datasetSizeEstimated"] !== true;
  for (const name of headFacts) {
    const isOpen = isAbsent(own[name]) || (name === "datasetSize" && sizeIsGuessed);
    if (isOpen && !isAbsent(other[name])) Object.assign(joined, { [name]: other[name] });
  }
  if (sizeIsGuessed && !isAbsent(other.datasetSize))
    joined.hyper = { ...joined.hyper, datasetSizeEstimated: false };
  if ((own.end ?? "unknown") === "unknown" && !isAbsent(other.end)) joined.end = other.end;
  if (byStep && other.hyper["stepIsEpoch"] === own.hyper["stepIsEpoch"]) {
    const points = joinPoints(own.points, other.points);
    const gainsTokens = isAbsent(own.points[0]?.tokens) && !isAbsent(points[0]?.tokens);
    joined.points =
      gainsTokens && !hasWholeTokens(points)
        ? points.map((point, index) => ({ ...point, tokens: own.points[index]!.tokens }))
        : points;
  }
  return joined;
}

/**
 * One training from the log that stays and the logs that hold it again, the most exact first: each fact from the
 * first that tells it, stated before estimated.
 *
 * @param own - the run that stays
 * @param again - the others
 * @param id - the id that the training goes by
 */
export function joinRuns(own: IngestedRun, again: readonly Again[], id: string | undefined): IngestedRun {
  if (own.record === undefined) return { record: undefined, facts: own.facts, missing: own.missing };
  let record: RunRecord = own.record;
  let { lastStep } = own.facts;
  for (const { run, byStep } of again) {
    if (run.record !== undefined) record = joinRecords(record, run.record, byStep);
    if (byStep && lastStep !== null && run.facts.lastStep !== null)
      lastStep = Math.max(lastStep, run.facts.lastStep);
  }
  if (id !== undefined && id !== record.id) record = { ...record, id };
  const isSame = record === own.record && lastStep === own.facts.lastStep;
  if (isSame) return { record, facts: own.facts, missing: own.missing };
  return { record, facts: { ...own.facts, lastStep }, missing: missingFacts(record) };
}
