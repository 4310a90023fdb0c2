import { existsSync, readFileSync } from "node:fs";
import {
  InvalidInputError,
  runRecordSchema,
  taskSchema,
  type Curve,
  type Decision,
  type Policy,
  type RunRecord,
  type Task,
} from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { createStopper, observationAt, type LiveCheckpoint, type StopperContext } from "@stopwise/policies";
import type { LiveSurroundings } from "@stopwise/live";
import { readJsonInput } from "../../command-line/json-input.ts";
import { liveSurroundings } from "../../library/live-surroundings.ts";

/** The model that a policy's learned criterion belongs to, by its hash; undefined for a policy without one. */
function modelOf(policy: Policy): string | undefined {
  if (!("of" in policy)) return policy.model;
  return policy.of.map(modelOf).find((model) => model !== undefined);
}

/** The facts that a live run was started with stand in its record; of another record they are read. */
function taskOfRecord(record: RunRecord): Task {
  const live = record["live"];
  const told = typeof live === "object" && live !== null && "task" in live ? live.task : undefined;
  return told === undefined ? taskOf(record) : taskSchema.parse(told);
}

function taskFile(given: string): Task {
  const facts = readJsonInput("--task", given);
  if (typeof facts !== "object" || facts === null || Array.isArray(facts)) {
    throw new InvalidInputError(
      "--task is no JSON object.",
      'Write it like {"datasetSize": 20000, "family": "t5"}.',
    );
  }
  const unknown = Object.keys(facts).find((name) => !(name in taskSchema.shape));
  if (unknown !== undefined) throw new InvalidInputError(`--task: ${unknown} is not known.`, "Leave it out.");
  return taskSchema.parse(facts);
}

/** The run record that a curve file is; undefined where it is another kind of file. */
export function recordOfCurveFile(file: string): RunRecord | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const parsed = runRecordSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const known = new Map<string, LiveSurroundings>();

/** One for all records, so that a model is read once. */
function surroundingsOf(store: string): LiveSurroundings {
  const surroundings = known.get(store) ?? liveSurroundings(store);
  known.set(store, surroundings);
  return surroundings;
}

/** What a policy is replayed with. */
export interface ReplayFacts {
  readonly store: string;
  /** `--task`: facts in place of those of the record. */
  readonly task?: string | undefined;
  readonly record?: RunRecord | undefined;
}

/**
 * What a policy's replay may know: for a learned criterion its model, from the store, and the task, so that replay gives
 * the decisions that a live run got; nothing for the others, whose curve tells all.
 *
 * @throws InvalidInputError where the model is not to be had, or a task is given that nothing asks for
 */
export function replayContext(policy: Policy, { store, task, record }: ReplayFacts): StopperContext {
  if (modelOf(policy) === undefined) {
    if (task === undefined) return {};
    throw new InvalidInputError(
      "--task has no effect on a policy without a learned criterion.",
      "Leave it out.",
    );
  }
  const facts = task === undefined ? record && taskOfRecord(record) : taskFile(task);
  return surroundingsOf(store).contextFor(policy, facts ?? {});
}

const nullable = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Every decision of a policy on a recorded run, as a live run would have got them, `[nCheckpoints]`. */
export function decisionsOf(policy: Policy, curve: Curve, context: StopperContext): Decision[] {
  const stopper = createStopper(policy, context);
  return Array.from({ length: curve.nCheckpoints }, (_, i) => {
    const { step, tokens, epoch, quality, evalLoss, trainLoss, gradNorm, learningRate } = observationAt(
      curve,
      i,
    );
    const point: LiveCheckpoint = {
      step,
      ...(curve.costUnit === "tokens" && { tokens: nullable(tokens) }),
      epoch: nullable(epoch),
      quality: nullable(quality),
      evalLoss: nullable(evalLoss),
      trainLoss: nullable(trainLoss),
      gradNorm: nullable(gradNorm),
      lr: nullable(learningRate),
    };
    return stopper.observe(point);
  });
}
