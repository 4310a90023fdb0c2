import type { Checkpoint, RunRecord } from "@stopwise/core";

/** A rule of the run-record schema that a value breaks: where, and what is wanted. */
export interface BrokenRule {
  readonly field: string;
  readonly rule: string;
}

type Rule = (value: unknown) => string | undefined;

const number: Rule = (value) =>
  typeof value === "number" && Number.isFinite(value) ? undefined : "must be a finite number";
const positive: Rule = (value) => number(value) ?? ((value as number) > 0 ? undefined : "must be > 0");
const nonnegative: Rule = (value) => number(value) ?? ((value as number) >= 0 ? undefined : "must be >= 0");
const fraction: Rule = (value) =>
  number(value) ?? ((value as number) >= 0 && (value as number) <= 1 ? undefined : "must be in [0, 1]");
const text: Rule = (value) => (typeof value === "string" ? undefined : "must be a text");
const flag: Rule = (value) => (typeof value === "boolean" ? undefined : "must be true or false");
const ends = new Set(["completed", "early-stopped", "target-reached", "crashed", "running", "unknown"]);
const end: Rule = (value) =>
  ends.has(value as string) ? undefined : `must be one of ${[...ends].join(", ")}`;

/** Optional or null fields of a run record. */
const runRules: readonly (readonly [string, Rule])[] = [
  ...["source", "path", "group", "sweep", "task", "model", "family"].map((field) => [field, text] as const),
  ...["params", "datasetSize", "answerLength", "plannedSteps", "plannedTokens", "plannedEpochs"].map(
    (field) => [field, positive] as const,
  ),
  ["evalSize", positive],
  ["originalPoints", positive],
  ["wouldStopAt", nonnegative],
  ["higherIsBetter", flag],
  ["end", end],
];

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const pointRules: readonly (readonly [string, Rule])[] = [
  ["step", nonnegative],
  ["tokens", nonnegative],
  ["quality", fraction],
  ...["epoch", "value", "testQuality", "evalLoss", "trainLoss", "gradNorm", "lr"].map(
    (field) => [field, number] as const,
  ),
];

/** Finite or not given: `x - x` is NaN for NaN and both infinities. */
const isNumberOrMissing = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === "number" && value - value === 0);

/** The hot path: one pass of plain comparisons per checkpoint, no allocation. */
function isCheckpoint(point: unknown): point is Checkpoint {
  if (typeof point !== "object" || point === null) return false;
  const { step, tokens, epoch, quality, value, testQuality, evalLoss, trainLoss, gradNorm, lr } =
    point as Checkpoint;
  return (
    typeof step === "number" &&
    step >= 0 &&
    step < Infinity &&
    isNumberOrMissing(tokens) &&
    !(tokens! < 0) &&
    isNumberOrMissing(quality) &&
    !(quality! < 0 || quality! > 1) &&
    isNumberOrMissing(testQuality) &&
    isNumberOrMissing(epoch) &&
    isNumberOrMissing(value) &&
    isNumberOrMissing(evalLoss) &&
    isNumberOrMissing(trainLoss) &&
    isNumberOrMissing(gradNorm) &&
    isNumberOrMissing(lr)
  );
}

function brokenPointRule(point: unknown, index: number): BrokenRule {
  const at = `points[${index}]`;
  if (!isObject(point)) return { field: at, rule: "must be an object" };
  for (const [field, rule] of pointRules) {
    const value = point[field];
    const problem = field !== "step" && (value === null || value === undefined) ? undefined : rule(value);
    if (problem !== undefined) return { field: `${at}.${field}`, rule: problem };
  }
  return { field: at, rule: "is no checkpoint" };
}

function brokenHead(record: Record<string, unknown>): BrokenRule | undefined {
  if (typeof record["id"] !== "string" || record["id"] === "") return { field: "id", rule: "must be a text" };
  if (typeof record["metric"] !== "string") return { field: "metric", rule: "must be a text" };
  const { kind, hyper } = record;
  if (kind !== undefined && kind !== "quality" && kind !== "loss")
    return { field: "kind", rule: "must be quality or loss" };
  if (hyper !== undefined && !isObject(hyper)) return { field: "hyper", rule: "must be an object" };
  for (const [field, rule] of runRules) {
    const value = record[field];
    const problem = value === null || value === undefined ? undefined : rule(value);
    if (problem !== undefined) return { field, rule: problem };
  }
  return undefined;
}

/**
 * The first rule of core's `runRecordSchema` that a parsed JSON value breaks, `undefined` for a valid run record.
 * It accepts exactly what the schema accepts (a property test holds both together), at the cost of a few
 * comparisons per checkpoint.
 */
export function brokenRunRecordRule(value: unknown): BrokenRule | undefined {
  if (!isObject(value)) return { field: "line", rule: "must be an object" };
  const broken = brokenHead(value);
  if (broken !== undefined) return broken;
  const points = value["points"];
  if (!Array.isArray(points)) return { field: "points", rule: "must be a list" };
  for (let index = 0; index < points.length; index += 1) {
    if (!isCheckpoint(points[index])) return brokenPointRule(points[index], index);
  }
  return undefined;
}

/** Sets the schema's defaults on a checked value and returns it as the run record it is. */
export function withDefaults(checked: unknown): RunRecord {
  const record = checked as RunRecord;
  // A line without kind or hyper is valid: the schema's defaults apply.
  (record as Partial<RunRecord>).kind ??= "quality";
  (record as Partial<RunRecord>).hyper ??= {};
  return record;
}
