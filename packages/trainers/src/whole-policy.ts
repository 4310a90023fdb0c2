import type { Trainer } from "./trainer.ts";

/** Where a policy is carried out by stopwise itself. */
interface WholePolicy {
  readonly name: string;
  readonly title: string;
  readonly aliases?: readonly string[];
  readonly newest: string;
  readonly advice: string;
  /** Where the policy goes. */
  readonly into: string;
  readonly note: string;
}

/** A target that takes the policy as it is, whatever it says. */
export function wholePolicyTrainer({
  name,
  title,
  aliases = [],
  newest,
  advice,
  into,
  note,
}: WholePolicy): Trainer {
  return {
    name,
    title,
    aliases,
    newest,
    advice,
    expressible: (policy) => ({ fidelity: "exact", fields: [], carried: policy }),
    takesWarmup: () => true,
    configOf: (policy) => ({
      target: name,
      version: newest,
      settings: { policy: { ...policy } },
      snippet: { language: "json", into, text: `${JSON.stringify(policy, null, 2)}\n` },
      fidelity: [{ field: "policy", fidelity: "exact", note }],
    }),
  };
}
