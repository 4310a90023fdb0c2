import * as z from "zod/mini";
import type { CriterionDefinition } from "../statistic/criterion.ts";
import { valueCriterion } from "../statistic/value-criterion.ts";
import { monitorInWords, shortNumber } from "../policy/words.ts";

const schema = z.strictObject({ level: z.number() });

/**
 * How far the monitored value is beyond a level that was asked for, in the direction that is better: value - level for a
 * quality, level - value for a loss. The threshold is the margin, 0 to stop where the level is reached.
 */
export const target: CriterionDefinition<z.infer<typeof schema>> = {
  name: "target",
  source: "stopping_threshold of Lightning, ThresholdStopper of Composer",
  schema,
  nested: { name: "margin", unit: "of the monitored value", safer: "higher", integer: false },
  compare: ">=",
  examples: [{ level: 0.5 }, { level: 0.9 }],
  thresholds: [-0.1, 0, 0.05, 0.1],
  create: (setup, _context, state) => {
    const level = (setup.direction === "max" ? 1 : -1) * setup.params.level;
    return valueCriterion(setup, { memory: {}, next: (_memory, value) => value - level }, state);
  },
  describe: (policy, { level }) => {
    const margin = policy.threshold ?? Infinity;
    const wanted = policy.direction === "max" ? level + margin : level - margin;
    return `${monitorInWords(policy)} has reached ${shortNumber(wanted)}`;
  },
};
