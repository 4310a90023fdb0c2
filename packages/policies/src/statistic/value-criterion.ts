import type { CriterionSetup } from "./criterion.ts";
import type { StreamingCriterion } from "./contract.ts";
import { field, packNumber, unpackNumber, type Json } from "@stopwise/core";
import { monitored, type Observation } from "../stopper/observation.ts";

/** How a criterion turns one value after the other into its statistic. */
export interface ValueStatistic<M extends object> {
  /** What it remembers before the first value: a plain object of finite numbers, strings, booleans, null, arrays. */
  readonly memory: M;
  /**
   * Takes the next finite value in "more is better" orientation, updates the memory and gives the statistic; NaN while
   * there is none.
   */
  next(memory: M, value: number, observation: Observation): number;
}

/**
 * A streaming criterion over the monitored values. On a missing or non-finite value the statistic stays what it was
 * (`count`, `ignore`, `poison`), or the run is stopped (`stop`: Infinity).
 */
export function valueCriterion<M extends object>(
  setup: Pick<CriterionSetup<unknown>, "monitor" | "direction" | "nan">,
  statistic: ValueStatistic<M>,
  state?: Json,
): StreamingCriterion {
  const sign = setup.direction === "max" ? 1 : -1;
  const remembered = field(state, "memory");
  const memory = remembered === undefined ? statistic.memory : (structuredClone(remembered) as unknown as M);
  let z = unpackNumber(field(state, "z"));
  return {
    observe: (observation) => {
      const value = sign * monitored(observation, setup.monitor);
      if (!Number.isNaN(value)) z = statistic.next(memory, value, observation);
      else if (setup.nan === "stop") return Number.POSITIVE_INFINITY;
      return z;
    },
    state: () => ({ z: packNumber(z), memory: structuredClone(memory) as unknown as Json }),
  };
}

/** Appends a value to a window of at most `length` values. */
export function push(window: number[], value: number, length: number): void {
  window.push(value);
  if (window.length > length) window.shift();
}
