import type { Curve, Json, SimplePolicy, Task } from "@stopwise/core";
import type { Observation } from "../stopper/observation.ts";

/** A causal statistic of the curve so far, fed one checkpoint at a time. */
export interface StreamingCriterion {
  /**
   * Takes the next checkpoint and gives the statistic z_t, larger meaning nearer to a stop. NaN means that there is
   * no statistic yet and never crosses; Infinity crosses every threshold but "never".
   */
  observe(observation: Observation): number;
  /** Everything needed to go on from here in another process. */
  state(): Json;
}

/** A curve whose statistic is to be written into `series`, from checkpoint `from` to its end. */
export interface SeriesWork {
  readonly curve: Curve;
  readonly from: number;
  readonly series: Float64Array;
  readonly context: StopperContext;
}

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
  /** How live checkpoints report their quality; default `unit`. Recorded curves are shares always. */
  readonly scale?: "unit" | "percent" | undefined;
}
