import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import type { StreamingCriterion } from "../statistic/contract.ts";
import { field, packNumber, unpackNumber } from "@stopwise/core";
import { staleness, stalenessSchema } from "./staleness.ts";

const schema = z.extend(stalenessSchema, {
  /** What may be left to gain of a score whose best possible value is 1. */
  headroom: z._default(z.number().check(z.nonnegative()), 0.002),
});

type Params = z.infer<typeof schema>;

/** Whether so little is left of 1 that no later checkpoint can be better by more than the headroom. */
const isFull = (best: number, headroom: number): boolean => best >= 1 - headroom;

/**
 * Staleness that also stops when nothing is left to gain: Infinity from the first checkpoint on whose quality is at least
 * 1 - `headroom`, for the rest of the run; else the statistic of {@link staleness} with the same parameters. Such a stop
 * loses at most the headroom, whatever comes. For a quality in [0, 1] alone.
 */
export const headroomStaleness: CriterionDefinition<Params> = {
  name: "headroom-staleness",
  source: "staleness, and stopping_threshold of Lightning at the end of the scale",
  schema,
  nested: staleness.nested,
  compare: ">=",
  examples: [
    {},
    { headroom: 0.01, unit: "planShare", minDelta: 0.005 },
    { unit: "tokenShare" },
    { unit: "steps" },
  ],
  scalesWith: ({ unit }) => (unit === "steps" ? "steps" : "none"),
  thresholds: staleness.thresholds,
  create: (setup, context, state): StreamingCriterion => {
    const inner = staleness.create(setup, context, field(state, "inner"));
    let best = unpackNumber(field(state, "best"));
    return {
      observe: (observation) => {
        const value = inner.observe(observation);
        if (!(observation.quality <= best) && !Number.isNaN(observation.quality)) best = observation.quality;
        return isFull(best, setup.params.headroom) ? Number.POSITIVE_INFINITY : value;
      },
      state: () => ({ inner: inner.state(), best: packNumber(best) }),
    };
  },
  fill: (setup, work) => {
    staleness.fill!(setup, work);
    const { curve, from, series } = work;
    let full = from;
    while (full < curve.nCheckpoints && !isFull(curve.quality[full]!, setup.params.headroom)) full++;
    series.fill(Number.POSITIVE_INFINITY, full, curve.nCheckpoints);
  },
  describe: (policy, params) =>
    `${staleness.describe(policy, params)}, or is at least ${Number((1 - params.headroom).toPrecision(6))}`,
  check: (policy, params) =>
    policy.monitor === "quality"
      ? staleness.check?.(policy, params)
      : `monitor must be "quality", got "${policy.monitor}". Use staleness for other series.`,
};
