import * as z from "zod/mini";
import { patienceReason, signOf, type TrainerSemantics } from "../semantics/trainer-semantics.ts";

const optionsSchema = z.strictObject({ minEvals: z._default(z.int().check(z.nonnegative()), 0) });

/**
 * stable-baselines3 `StopTrainingOnNoModelImprovement` after each evaluation of `EvalCallback`, whose best mean reward
 * moves on every strict gain from the worst possible value on. Evaluations up to `minEvals` are not counted; after them an
 * evaluation that moved the best sets the counter to 0, any other adds 1, and the run stops iff the counter is greater
 * than the patience: one later than elsewhere. There is no margin, and rewards are maximised.
 */
export const stableBaselines3: TrainerSemantics<z.infer<typeof optionsSchema>> = {
  name: "stable-baselines3",
  source: "stable-baselines3 2.9.2, StopTrainingOnNoModelImprovement",
  aliases: ["sb3"],
  options: optionsSchema,
  uncountedOption: "minEvals",
  start: ({ mode, patience, options }) => {
    const sign = signOf(mode);
    let best = Number.NEGATIVE_INFINITY;
    let counter = 0;
    let evaluation = 0;
    return (value) => {
      evaluation++;
      const v = sign * value;
      const isGood = v > best;
      if (isGood) best = v;
      if (evaluation <= options.minEvals) return null;
      counter = isGood ? 0 : counter + 1;
      return counter > patience
        ? patienceReason("StopTrainingOnNoModelImprovement", counter, patience)
        : null;
    };
  },
};
