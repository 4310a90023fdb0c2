import { canonicalJson, type Policy, sha256 } from "@stopwise/core";

/**
 * `sha256:` and the hash of the policy's canonical JSON: equal for equal policies whatever the order of their keys.
 * Hash what {@link parsePolicy} returns, so that defaults are filled in.
 */
export function policyHash(policy: Policy): string {
  return `sha256:${sha256(canonicalJson(policy))}`;
}
