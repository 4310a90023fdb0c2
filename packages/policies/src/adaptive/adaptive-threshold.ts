import { type Curve, InvalidInputError, parseWith, type SimplePolicy, uniformAt } from "@stopwise/core";
import * as z from "zod/mini";
import type { StopperContext } from "../statistic/contract.ts";
import { outcomeMatrix } from "../replay/outcome-matrix.ts";
import { parsePolicy } from "../policy/parse-policy.ts";

const share = z.number().check(z.minimum(0), z.maximum(1));

const settingsSchema = z.strictObject({
  /** The policy whose threshold moves. */
  policy: z.unknown(),
  /** Thresholds to choose from. */
  grid: z.array(z.number()).check(z.minLength(1)),
  /** Long-run share of runs that may lose more than `maxEmLoss`. */
  alpha: share.check(z.gt(0)),
  maxEmLoss: z.number().check(z.nonnegative()),
  /** Step size of the feedback: larger follows drift faster and wavers more. */
  gamma: z._default(z.number().check(z.positive()), 0.05),
  /** Share of the runs that go on to their plan; 1 is shadow mode. */
  auditShare: z._default(share, 0.1),
  seed: z._default(z.int(), 0),
  /** Audited runs that are remembered. */
  memory: z._default(z.int().check(z.positive()), 200),
});

/** Settings of {@link adaptiveThreshold}; what has a default may be left out. */
export type AdaptiveSettings = z.input<typeof settingsSchema>;

/** A threshold that moves from run to run; a plain JSON value. */
export interface AdaptiveThreshold {
  readonly version: 1;
  readonly policy: SimplePolicy;
  /** Ascending. */
  readonly grid: readonly number[];
  readonly alpha: number;
  readonly maxEmLoss: number;
  readonly gamma: number;
  readonly auditShare: number;
  readonly seed: number;
  readonly memory: number;
  /** The miscoverage level that is used now; feedback moves it, also below 0 and above 1. */
  readonly alphaNow: number;
  /** Per remembered audited run: the least position on the grid from which no threshold would have lost too much. */
  readonly safeFrom: readonly number[];
  readonly nRuns: number;
  readonly nAudited: number;
  /** Audited runs in which the threshold used then would have lost more than `maxEmLoss`. */
  readonly nViolations: number;
}

/**
 * Starts an adaptive threshold: adaptive conformal inference on the threshold of a policy, across runs.
 *
 * The threshold of the next run is the most aggressive one on the grid for which (n too eager + 1) / (n + 1) <= alphaNow
 * over the n remembered audited runs; none means never stop. After each audited run alphaNow moves by
 * gamma (alpha - violated). Only runs that went to their plan can tell whether a stop would have lost too much, so
 * feedback comes from those alone: runs that were never stopped, and a seeded random share of audited ones.
 *
 * Over T audited runs the share of violations differs from alpha by at most (max(alpha, 1 - alpha) + gamma) / (gamma T),
 * whatever the order of the runs and however they drift; because audits are drawn at random, the stopped runs have the
 * same rate in expectation.
 *
 * @param settings policy, grid, alpha and bound; see the fields of {@link AdaptiveThreshold}
 * @throws {InvalidInputError} naming the setting that is wrong.
 * @see Gibbs and Candes (2021), "Adaptive conformal inference under distribution shift", proposition 4.1.
 */
export function adaptiveThreshold(settings: AdaptiveSettings): AdaptiveThreshold {
  const { policy, grid, ...rest } = parseWith(settingsSchema, settings, "");
  const parsed = parsePolicy(policy);
  if ("of" in parsed) {
    throw new InvalidInputError(
      `policy must have a threshold of its own, got ${parsed.criterion}.`,
      "Adapt a member of the composite.",
    );
  }
  return {
    version: 1,
    policy: parsed,
    grid: [...grid].sort((a, b) => a - b),
    ...rest,
    alphaNow: rest.alpha,
    safeFrom: [],
    nRuns: 0,
    nAudited: 0,
    nViolations: 0,
  };
}

/** Position on the grid of the threshold in force; the grid's length stands for "never". */
function positionOf({ grid, safeFrom, alphaNow }: AdaptiveThreshold): number {
  if (alphaNow >= 1) return 0;
  for (let j = 0; j < grid.length; j++) {
    const tooEager = safeFrom.filter((safe) => safe > j).length;
    if ((tooEager + 1) / (safeFrom.length + 1) <= alphaNow) return j;
  }
  return grid.length;
}

/** How the next run is to be treated. */
export interface NextRun {
  /** The policy with the threshold in force. */
  readonly policy: SimplePolicy;
  /** Whether the run goes on to its plan whatever the policy says: hand it to the stopper as `audited`. */
  readonly audited: boolean;
  /** The adaptive threshold, with this run counted. */
  readonly adaptive: AdaptiveThreshold;
}

/** The policy for the next run, and whether it is audited: a seeded coin that depends on the run's number alone. */
export function nextRun(adaptive: AdaptiveThreshold): NextRun {
  const threshold = adaptive.grid[positionOf(adaptive)] ?? null;
  return {
    policy: { ...adaptive.policy, threshold },
    audited: uniformAt(adaptive.seed, adaptive.nRuns) < adaptive.auditShare,
    adaptive: { ...adaptive, nRuns: adaptive.nRuns + 1 },
  };
}

/**
 * Feedback from a run that went to its plan: an audited one, or one that the policy never stopped. A run that was stopped
 * cannot tell and must not be given.
 *
 * The threshold that is judged is the one in force now; runs that overlap in time are judged by the state at the time
 * they report, which keeps the bound of {@link adaptiveThreshold}.
 *
 * @param adaptive the state before
 * @param curve the run to its end
 * @param context what a stopper would know besides
 */
export function recordAudit(
  adaptive: AdaptiveThreshold,
  curve: Curve,
  context: StopperContext = {},
): AdaptiveThreshold {
  const policies = adaptive.grid.map((threshold) => ({ ...adaptive.policy, threshold }));
  const { emLoss } = outcomeMatrix([curve], policies, { context });
  const bound = Math.fround(adaptive.maxEmLoss);
  let safe = adaptive.grid.length;
  while (safe > 0 && emLoss[safe - 1]! <= bound) safe--;
  const violated = safe > positionOf(adaptive);
  return {
    ...adaptive,
    alphaNow: adaptive.alphaNow + adaptive.gamma * (adaptive.alpha - (violated ? 1 : 0)),
    safeFrom: [...adaptive.safeFrom, safe].slice(-adaptive.memory),
    nAudited: adaptive.nAudited + 1,
    nViolations: adaptive.nViolations + (violated ? 1 : 0),
  };
}
