import type { Policy, Recommendation } from "@stopwise/core";
import type { Population } from "./feedback.ts";

/** How a live run is treated: fixed at its start, and kept through every interruption. */
export interface Treatment {
  readonly using: "learned" | "start";
  readonly mode: "stop" | "shadow" | "audit";
  readonly policy: Policy;
  readonly sentence: string;
  readonly status: Recommendation["status"];
  readonly population: Population;
  /** Whether the coin fell on this run: it goes on to its plan, and its outcome is feedback. */
  readonly audited: boolean;
}
