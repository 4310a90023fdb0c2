import type { Policy } from "@stopwise/core";
import { canonicalJson } from "./json.ts";
import { sha256 } from "./sha256.ts";

/**
 * `sha256:` and the hash of the policy's canonical JSON: equal for equal policies whatever the order of their keys.
 * Hash what {@link parsePolicy} returns, so that defaults are filled in.
 */
export function policyHash(policy: Policy): string {
  return `sha256:${sha256(canonicalJson(policy))}`;
}
