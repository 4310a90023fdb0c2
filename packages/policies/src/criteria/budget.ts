import * as z from "zod/mini";
import { progressOf } from "../stopper/context.ts";
import type { StopperContext } from "../statistic/contract.ts";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { field } from "@stopwise/core";
import type { Observation } from "../stopper/observation.ts";
import { shortNumber } from "../policy/words.ts";

const schema = z.strictObject({
  unit: z._default(z.enum(["tokens", "steps", "epochs", "evals", "planShare"]), "tokens"),
  /** Whether to count from the first checkpoint that this policy sees: for members of a sequence. */
  relative: z._default(z.boolean(), false),
});

type Params = z.infer<typeof schema>;

function spentOn(observation: Observation, unit: Params["unit"], context: StopperContext): number {
  if (unit === "evals") return observation.index + 1;
  if (unit === "epochs") return observation.epoch;
  if (unit === "planShare") return progressOf(observation, context.planned);
  return unit === "steps" ? observation.step : observation.tokens;
}

/**
 * What has been spent: tokens, steps, epochs, evaluations, or the share of the plan that is done. NaN where the run does
 * not log the unit or the plan is not known: such a budget never stops it. Takes no notice of the monitored value.
 */
export const budget: CriterionDefinition<Params> = {
  name: "budget",
  source: "hard budgets: max_steps, max_duration, MaximumIterationStopper",
  schema,
  nested: { name: "budget", unit: "of the parameter `unit`", safer: "higher", integer: false },
  compare: ">=",
  examples: [
    {},
    { unit: "steps" },
    { unit: "epochs" },
    { unit: "evals" },
    { unit: "planShare" },
    { unit: "steps", relative: true },
  ],
  scalesWith: ({ unit }) => (unit === "tokens" || unit === "steps" ? unit : "none"),
  thresholds: [0.2, 0.5, 0.8, 2, 5, 10, 20, 1000, 10_000],
  create: ({ params }, context, state) => {
    const saved = field(state, "first");
    let first = typeof saved === "number" ? saved : null;
    return {
      observe: (observation) => {
        const spent = spentOn(observation, params.unit, context);
        if (!params.relative || Number.isNaN(spent)) return spent;
        first ??= spent;
        return spent - first;
      },
      state: () => ({ first }),
    };
  },
  describe: (policy, { unit, relative }) => {
    const amount = policy.threshold ?? Infinity;
    const more = relative ? "more " : "";
    if (unit === "planShare") return `${shortNumber(100 * amount)} % ${more}of the plan is done`;
    return `${amount} ${more}${unit === "evals" ? "evaluations" : unit} are spent`;
  },
};
