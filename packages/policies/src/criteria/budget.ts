import * as z from "zod/mini";
import { progressOf } from "../context.ts";
import type { CriterionDefinition } from "../criterion.ts";
import { shortNumber } from "../words.ts";

const schema = z.strictObject({
  unit: z._default(z.enum(["tokens", "steps", "epochs", "evals", "planShare"]), "tokens"),
});

/**
 * What has been spent: tokens, steps, epochs, evaluations, or the share of the plan that is done. NaN where the run does
 * not log the unit or the plan is not known: such a budget never stops it. Takes no notice of the monitored value.
 */
export const budget: CriterionDefinition<z.infer<typeof schema>> = {
  name: "budget",
  source: "hard budgets: max_steps, max_duration, MaximumIterationStopper",
  schema,
  nested: { name: "budget", unit: "of the parameter `unit`", safer: "higher", integer: false },
  compare: ">=",
  examples: [{}, { unit: "steps" }, { unit: "epochs" }, { unit: "evals" }, { unit: "planShare" }],
  scalesWith: ({ unit }) => (unit === "tokens" || unit === "steps" ? unit : "none"),
  thresholds: [0.2, 0.5, 0.8, 2, 5, 10, 20, 1000, 10_000],
  create: ({ params }, context) => ({
    observe: (observation) => {
      if (params.unit === "evals") return observation.index + 1;
      if (params.unit === "epochs") return observation.epoch;
      if (params.unit === "planShare") return progressOf(observation, context.planned);
      return params.unit === "steps" ? observation.step : observation.tokens;
    },
    state: () => null,
  }),
  describe: (policy, { unit }) => {
    const amount = policy.threshold ?? Infinity;
    if (unit === "planShare") return `${shortNumber(100 * amount)} % of the plan is done`;
    return `${amount} ${unit === "evals" ? "evaluations" : unit} are spent`;
  },
};
