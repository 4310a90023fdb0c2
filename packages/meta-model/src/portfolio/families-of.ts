import type { SimplePolicy } from "@stopwise/core";
import type { PolicyFamily } from "./policy-family.ts";

/** Whether a policy's threshold counts evaluations. */
function countsEvals(policy: SimplePolicy): boolean {
  return policy.criterion.endsWith("staleness") && (policy.params["unit"] ?? "evals") === "evals";
}

/**
 * Groups policies that differ in nothing but the threshold; never-stop, which is every family's safest member, is left
 * out.
 */
export function familiesOf(policies: readonly SimplePolicy[]): PolicyFamily[] {
  const families = new Map<string, { template: SimplePolicy; thresholds: number[] }>();
  for (const policy of policies) {
    if (policy.threshold === null) continue;
    const key = JSON.stringify({ ...policy, threshold: 0 });
    const family = families.get(key) ?? { template: policy, thresholds: [] };
    families.set(key, family);
    family.thresholds.push(policy.threshold);
  }
  return [...families.values()].map(({ template, thresholds }) => ({
    template,
    thresholds: [...new Set(thresholds)].sort((a, b) => b - a),
    integer: countsEvals(template),
  }));
}
