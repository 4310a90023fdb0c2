import type { Adapter } from "../trainer.ts";

/** The policy itself, for a loop that calls stopwise. */
export const json: Adapter = {
  target: "json",
  aliases: ["policy"],
  obstacles: () => [],
  takesWarmup: () => true,
  configOf: (policy) => ({
    target: "json",
    version: "1",
    settings: { policy: { ...policy } },
    fidelity: [{ field: "policy", fidelity: "exact", note: "pass it to createStopper" }],
  }),
};
