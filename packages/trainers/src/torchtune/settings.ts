import { wholePolicyTrainer } from "../whole-policy.ts";

/** torchtune, which has no stopper: `stopwise watch` follows its log from outside. */
export const torchtune = wholePolicyTrainer({
  name: "torchtune",
  title: "torchtune",
  newest: "0.6.1",
  advice:
    "it has no stopper and is no longer maintained: stopwise watch follows its log and ends the process",
  into: "policy.json, for stopwise watch, which follows the log and ends the process",
  note: "torchtune has no stopper: the policy is carried out from outside; max_steps_per_epoch and epochs bound the run",
});
