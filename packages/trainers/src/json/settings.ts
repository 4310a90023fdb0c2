import { wholePolicyTrainer } from "../whole-policy.ts";

/** The policy itself, for a loop that calls stopwise. */
export const json = wholePolicyTrainer({
  name: "json",
  title: "The policy itself",
  aliases: ["policy"],
  newest: "1",
  advice: "every policy, for a loop that calls createStopper, stopwise live or the Python client",
  into: "a file, for createStopper, stopwise live or stopwise replay",
  note: "pass it to createStopper",
});
