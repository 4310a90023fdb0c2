import type { Curve, SimplePolicy, Task } from "@stopwise/core";
import type { SeriesWork, StreamingCriterion } from "./criterion.ts";
import type { Json } from "./json.ts";
import type { Observation } from "./observation.ts";

/** What was planned before the run started; missing is unknown. */
export interface PlannedLength {
  readonly steps?: number | undefined;
  readonly tokens?: number | undefined;
  readonly epochs?: number | undefined;
}

/** Makes a criterion that this package does not hold, such as one learned by the meta-model. */
export interface CriterionFactory {
  /** Starts the criterion for one run; with `state` it goes on where it was. */
  create(policy: SimplePolicy, context: StopperContext, state?: Json): StreamingCriterion;
  /** Optional shortcut for replay: the statistic of a whole curve at once, equal to streaming it. */
  fill?(policy: SimplePolicy, work: SeriesWork): void;
  /** The condition in words, to follow "Stop when "; a general one where absent. */
  describe?(policy: SimplePolicy): string;
}

/** What a stopper may know about the run besides its checkpoints. */
export interface StopperContext {
  readonly planned?: PlannedLength | undefined;
  /** Questions in the evaluation set. */
  readonly evalSize?: number | undefined;
  readonly task?: Task | undefined;
  /** Criteria by name beside (and before) the built-in ones. */
  readonly criteria?: Readonly<Record<string, CriterionFactory>> | undefined;
  /** Whether the run is audited (or everything is in shadow mode): watched to its plan, never stopped. */
  readonly audited?: boolean | undefined;
  /** Hash of the model file that a learned criterion comes from; the stopper's state pins it. */
  readonly modelHash?: string | undefined;
}

const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/** The context that a recorded run gives to a replay: its plan and the size of its evaluation set. */
export function contextOf(curve: Curve, context: StopperContext = {}): StopperContext {
  const planned = { steps: known(curve.plannedSteps), [curve.costUnit]: known(curve.plannedCost) };
  return { planned, evalSize: known(curve.evalSize), ...context };
}

/**
 * Share of the plan that is done, by tokens, else steps, else epochs; NaN where no plan is known.
 */
export function progressOf(observation: Observation, planned: PlannedLength | undefined): number {
  if (planned === undefined) return Number.NaN;
  const byTokens = observation.tokens / (planned.tokens ?? Number.NaN);
  if (!Number.isNaN(byTokens)) return byTokens;
  const bySteps = observation.step / (planned.steps ?? Number.NaN);
  if (!Number.isNaN(bySteps)) return bySteps;
  return observation.epoch / (planned.epochs ?? Number.NaN);
}
