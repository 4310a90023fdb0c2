import type { Json, SimplePolicy } from "@stopwise/core";
import type { Observation } from "./observation.ts";

/** What a rule says about one checkpoint. */
export interface Verdict {
  /** Whether its condition holds here, at an admissible checkpoint beyond the warm-up. */
  readonly crossed: boolean;
  /** The policy of one criterion that speaks. */
  readonly policy: SimplePolicy;
  /** The criterion's statistic; NaN where there is none. */
  readonly value: number;
  /** Why it does not speak yet, where that is not the threshold. */
  readonly waiting?: "warmup" | "admissible" | undefined;
}

/** A policy at work on one run. */
export interface Rule {
  observe(observation: Observation): Verdict;
  state(): Json;
}
