import type { Delivery, SimplePolicy } from "@stopwise/core";
import type { Bound } from "../certificates/bound.ts";
import type { Considered } from "../advice/task-changes/variants.ts";

/** Whether a policy can be carried out exactly as it is. */
export type Expressible = (policy: SimplePolicy) => boolean;

/** How a recommendation is wanted. */
export interface RecommendOptions {
  /** Default `tail`. */
  readonly bound?: Bound["kind"];
  /** Largest EM loss, absolute; relative loss increase for tasks that only have a loss. Default 0.01. */
  readonly maxLoss?: number;
  /** Miscoverage level or failure probability; default 0.1. */
  readonly alpha?: number;
  /** Default `best`. */
  readonly delivery?: Delivery;
  /**
   * Whether whoever will carry the policy out can do exactly what it says; default everything. Asked once for each
   * policy that a model chooses from: pass the same function again where the same is meant.
   */
  readonly expressible?: Expressible;
  /** Saving, a share of the cost, that one point of loss is worth; asks for the weighted choice in place of the bound's. */
  readonly pointWorth?: number;
  /** Changes of the task that are judged beside it, as advice without a certificate. */
  readonly consider?: readonly Considered[];
  /** Training tokens that one evaluation is worth; default is estimated from the task where it tells enough. */
  readonly evalCost?: number;
  /** Kept for callers; nothing here is random. */
  readonly seed?: number;
}
