import { type Curve, InvalidInputError, type Json } from "@stopwise/core";
import { CheckpointExtractor, checkpointFeatures, type CheckpointState } from "@stopwise/features";
import type { Observation, StopperContext, StreamingCriterion } from "@stopwise/policies";
import { checkpointPlanOf, monitoredSignals, nRowFeatures, taskPart } from "./feature-rows.ts";
import type { RowStatistic } from "./gain-statistic.ts";

/** The learned statistic, live: one feature row and one prediction per checkpoint, whatever the length of the run. */
export class GainCriterion implements StreamingCriterion {
  readonly #head: RowStatistic;
  readonly #extractor: CheckpointExtractor;
  readonly #kind: Curve["kind"];
  readonly #row = new Float64Array(nRowFeatures);

  constructor(
    { head, kind }: { head: RowStatistic; kind: Curve["kind"] },
    context: StopperContext,
    state?: Json,
  ) {
    const task = context.task ?? {};
    const plan = checkpointPlanOf(task, context.planned);
    this.#head = head;
    this.#kind = kind;
    this.#extractor =
      state === undefined
        ? new CheckpointExtractor(plan)
        : CheckpointExtractor.fromState(plan, checkpointStateOf(state));
    this.#row.set(taskPart(task), checkpointFeatures.length);
  }

  observe(observation: Observation): number {
    this.#extractor.observe(monitoredSignals(observation, this.#kind), this.#row);
    return this.#head.statistic(this.#row);
  }

  state(): Json {
    return this.#extractor.state();
  }
}

function checkpointStateOf(state: Json): CheckpointState {
  const isState = (value: Json): value is CheckpointState & Json =>
    Array.isArray(value) &&
    value.every((cell) => cell === null || typeof cell === "number" || typeof cell === "string");
  if (isState(state)) return state;
  throw new InvalidInputError(
    "The state of a learned criterion must be the list that its state() gave.",
    "Pass the stopper's state unchanged.",
  );
}
