import type { SimplePolicy } from "@stopwise/core";

/** What holds a policy back from stopping, in evaluations of a run that is evaluated at equal steps. */
export interface StopTiming {
  /** Evaluations until its criterion can first reach the threshold; Infinity for never-stop. */
  readonly first: number;
  /** Share of the plan that must pass after the first evaluation; 0 where none must. */
  readonly planShare: number;
  /** Evaluations of the warm-up. */
  readonly waits: number;
  /** Whether the criterion counts from the end of the warm-up on only. */
  readonly countsAfter: boolean;
}

function firstOf({ criterion, params, threshold }: SimplePolicy): number {
  if (threshold === null || criterion === "never") return Infinity;
  if (criterion === "extrapolation") return Number(params["minPoints"] ?? 1);
  // What is full is stopped whatever the patience, and other criteria may cross at once.
  if (criterion !== "staleness") return 1;
  if ((params["unit"] ?? "evals") === "evals") return 1 + Math.ceil(threshold);
  if (params["unit"] !== "tokenShare") return 2;
  return threshold >= 1 ? Infinity : Math.ceil(1 / (1 - threshold) - 1e-9);
}

/** What holds a policy of the portfolio back. */
export function stopTiming(policy: SimplePolicy): StopTiming {
  const { criterion, params, threshold, warmup } = policy;
  const isPlanShare = criterion === "staleness" && params["unit"] === "planShare";
  return {
    first: firstOf(policy),
    planShare: isPlanShare ? (threshold ?? Infinity) : 0,
    waits: warmup?.evals ?? 0,
    countsAfter: warmup !== undefined && !warmup.updatesBest,
  };
}

/**
 * The first of a run's evenly spaced evaluations, counted from 1, at which a policy can stop at all: patience of four
 * evaluations stops at the fifth at the earliest. Infinity for never-stop.
 *
 * @param timing of the policy
 * @param evals evaluations that are planned
 */
export function earliestStop(timing: StopTiming, evals: number): number {
  const { first, planShare, waits, countsAfter } = timing;
  const own = planShare === 0 ? first : Math.max(first, 1 + Math.ceil(planShare * evals - 1e-9));
  return countsAfter ? own + waits : Math.max(own, waits + 1);
}

/**
 * Whether a policy can stop a run before its last evaluation, where nothing is left to save. Unknown evaluations do not
 * speak against it.
 */
export function canSave(timing: StopTiming, evals: number | null | undefined): boolean {
  if (timing.first === Infinity) return false;
  return evals === null || evals === undefined || earliestStop(timing, evals) < evals;
}
