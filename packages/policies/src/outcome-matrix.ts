import type { Curve, Policy, SimplePolicy } from "@stopwise/core";
import { contextOf, type StopperContext } from "./context.ts";
import { criteria } from "./criteria.ts";
import type { SeriesWork } from "./criterion.ts";
import { canonicalJson } from "./json.ts";
import { observationAt } from "./observation.ts";
import { fillOutcomes, type OutcomeTable } from "./outcome.ts";
import { parsePolicy } from "./parse-policy.ts";
import { replayParsed } from "./replay.ts";
import { startCriterion } from "./rule.ts";
import { isWarm } from "./warmup.ts";

/** Outcomes of every policy on every run, row-major by run: entry `run * nPolicies + policy`. */
export interface OutcomeMatrix {
  readonly nRuns: number;
  readonly nPolicies: number;
  /** 0-based stop checkpoint, `[nRuns, nPolicies]`; the last one where the run goes to its end, -1 for an empty curve. */
  readonly stopIndex: Int32Array;
  /** 1 - cost(stop) / cost(end), `[nRuns, nPolicies]`. */
  readonly saving: Float32Array;
  /** EM loss, or the relative loss increase of a loss-only run, `[nRuns, nPolicies]`. */
  readonly emLoss: Float32Array;
}

/** How to replay. */
export interface OutcomeMatrixOptions {
  /** What stoppers know besides the curve; learned criteria come in here. */
  readonly context?: StopperContext;
  /** The same per run, where it differs. */
  readonly contextOf?: (curve: Curve, run: number) => StopperContext;
  /** Called after each run with the number of runs done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Policies that differ in nothing but the threshold: one pass over a curve resolves them all. */
interface NestedGroup {
  readonly policy: SimplePolicy;
  /** Ascending; Infinity for "never". */
  readonly thresholds: Float64Array;
  /** Thresholds before the first "never". */
  readonly nFinite: number;
  /** Column of each in the matrix. */
  readonly columns: Int32Array;
}

/** A set of policies made ready for many curves. */
export interface PortfolioPlan {
  readonly nPolicies: number;
  readonly groups: readonly NestedGroup[];
  readonly composites: readonly { policy: Policy; column: number }[];
  /** Whether any policy delivers the last checkpoint. */
  readonly needsLast: boolean;
}

const order = (policy: SimplePolicy): number => policy.threshold ?? Number.POSITIVE_INFINITY;

function groupOf(members: { policy: SimplePolicy; column: number }[]): NestedGroup {
  members.sort((a, b) => order(a.policy) - order(b.policy));
  return {
    policy: members[0]!.policy,
    thresholds: Float64Array.from(members, ({ policy }) => order(policy)),
    nFinite: members.filter(({ policy }) => order(policy) < Infinity).length,
    columns: Int32Array.from(members, ({ column }) => column),
  };
}

/** Parses policies and groups the nested ones. */
export function planPortfolio(policies: readonly unknown[], context: StopperContext = {}): PortfolioPlan {
  const nested = new Map<string, { policy: SimplePolicy; column: number }[]>();
  const composites: { policy: Policy; column: number }[] = [];
  const parsed = policies.map((policy) => parsePolicy(policy, context));
  for (const [column, policy] of parsed.entries()) {
    if ("of" in policy) {
      composites.push({ policy, column });
      continue;
    }
    const key = canonicalJson({ ...policy, threshold: 0 });
    const members = nested.get(key) ?? [];
    members.push({ policy, column });
    nested.set(key, members);
  }
  const groups = [...nested.values()].map(groupOf);
  const needsLast = parsed.some(({ delivery }) => delivery === "last");
  return { nPolicies: policies.length, groups, composites, needsLast };
}

/** Where a group's warm-up ends on a curve: the first checkpoint it watches, and the first that may stop the run. */
function warmupOn(
  curve: Curve,
  policy: SimplePolicy,
  context: StopperContext,
): { from: number; first: number } {
  const { warmup } = policy;
  if (warmup === undefined) return { from: 0, first: curve.firstStop };
  let warm = 0;
  while (warm < curve.nCheckpoints && !isWarm(warmup, observationAt(curve, warm), context.planned)) warm++;
  return { from: warmup.updatesBest ? 0 : warm, first: Math.max(warm, curve.firstStop) };
}

function streamSeries(policy: SimplePolicy, { curve, from, series, context }: SeriesWork): void {
  const criterion = startCriterion(policy, context);
  for (let i = from; i < curve.nCheckpoints; i++) series[i] = criterion.observe(observationAt(curve, i));
}

/** The statistic of a policy's criterion on a curve, written into `series` from the first checkpoint it watches. */
function fillSeries(
  curve: Curve,
  policy: SimplePolicy,
  series: Float64Array,
  context: StopperContext,
): number {
  const { from, first } = warmupOn(curve, policy, context);
  const work = { curve, from, series, context };
  const injected = context.criteria?.[policy.criterion];
  const definition = criteria.get(policy.criterion);
  if (injected?.fill !== undefined) injected.fill(policy, work);
  else if (injected === undefined && definition?.fill !== undefined) definition.fill(policy, work);
  else streamSeries(policy, work);
  return first;
}

/**
 * The statistic z of a policy's criterion over a whole curve, NaN for checkpoints that its warm-up hides from it.
 *
 * @returns z, `[nCheckpoints]`, and the first checkpoint that may stop the run
 */
export function criterionSeries(
  policy: SimplePolicy,
  curve: Curve,
  context: StopperContext = {},
): { z: Float64Array; firstStop: number } {
  const z = new Float64Array(curve.nCheckpoints).fill(Number.NaN);
  const firstStop = fillSeries(curve, policy, z, contextOf(curve, context));
  return { z, firstStop };
}

/** Working space for one curve; grows, is never given back. */
class Scratch {
  readonly series: Float64Array;
  readonly best: OutcomeTable & { delivered: Float64Array };
  readonly last: OutcomeTable & { delivered: Float64Array };

  constructor(nCheckpoints: number) {
    const delivered = new Float64Array(nCheckpoints);
    const table = (): OutcomeTable & { delivered: Float64Array } => ({
      saving: new Float32Array(nCheckpoints),
      emLoss: new Float32Array(nCheckpoints),
      delivered,
    });
    this.series = new Float64Array(nCheckpoints);
    this.best = table();
    this.last = table();
  }
}

/** Fills an outcome matrix run by run. */
export class MatrixWriter {
  readonly matrix: OutcomeMatrix;
  readonly #plan: PortfolioPlan;
  #scratch = new Scratch(256);

  constructor(plan: PortfolioPlan, matrix: OutcomeMatrix) {
    this.#plan = plan;
    this.matrix = matrix;
  }

  /** Replays all policies of the plan on one run: O(nCheckpoints * nGroups + nPolicies). */
  write(run: number, curve: Curve, context: StopperContext): void {
    const { nPolicies, groups, composites, needsLast } = this.#plan;
    const base = run * nPolicies;
    if (curve.nCheckpoints === 0) {
      this.matrix.stopIndex.fill(-1, base, base + nPolicies);
      return;
    }
    if (this.#scratch.series.length < curve.nCheckpoints) this.#scratch = new Scratch(2 * curve.nCheckpoints);
    const scratch = this.#scratch;
    fillOutcomes(curve, "best", scratch.best);
    if (needsLast) fillOutcomes(curve, "last", scratch.last);
    for (const group of groups) {
      const from = fillSeries(curve, group.policy, scratch.series, context);
      this.#writeGroup(base, { group, curve, from });
    }
    for (const { policy, column } of composites) {
      const stop = replayParsed(policy, curve, context).stopIndex ?? curve.nCheckpoints - 1;
      this.matrix.stopIndex[base + column] = stop;
      this.matrix.saving[base + column] = scratch[policy.delivery].saving[stop]!;
      this.matrix.emLoss[base + column] = scratch[policy.delivery].emLoss[stop]!;
    }
  }

  /** Merges the running maximum of z with the sorted thresholds; what is not reached is a run to its end. */
  #writeGroup(
    base: number,
    { group, curve, from }: { group: NestedGroup; curve: Curve; from: number },
  ): void {
    const { thresholds, columns, nFinite, policy } = group;
    const { stopIndex, saving, emLoss } = this.matrix;
    const { series } = this.#scratch;
    const table = this.#scratch[policy.delivery];
    const strict = policy.compare === ">";
    const last = curve.nCheckpoints - 1;
    let j = 0;
    for (let i = from; i <= last && j < nFinite; i++) {
      const z = series[i]!;
      if (!(z >= thresholds[j]!)) continue;
      const saved = table.saving[i]!;
      const lost = table.emLoss[i]!;
      for (; j < nFinite && (strict ? z > thresholds[j]! : z >= thresholds[j]!); j++) {
        const at = base + columns[j]!;
        stopIndex[at] = i;
        saving[at] = saved;
        emLoss[at] = lost;
      }
    }
    const saved = table.saving[last]!;
    const lost = table.emLoss[last]!;
    for (; j < thresholds.length; j++) {
      const at = base + columns[j]!;
      stopIndex[at] = last;
      saving[at] = saved;
      emLoss[at] = lost;
    }
  }
}

/** A matrix of zeros. */
export function emptyMatrix(nRuns: number, nPolicies: number): OutcomeMatrix {
  const size = nRuns * nPolicies;
  return {
    nRuns,
    nPolicies,
    stopIndex: new Int32Array(size),
    saving: new Float32Array(size),
    emLoss: new Float32Array(size),
  };
}

/**
 * Replays every policy on every run: first passage over all thresholds of a criterion in one pass. Equal to
 * {@link replay} of each policy on each run.
 *
 * @param curves the recorded runs
 * @param policies validated here; those that differ in threshold and delivery alone share a pass
 * @throws {InvalidInputError} when a policy is not valid.
 */
export function outcomeMatrix(
  curves: readonly Curve[],
  policies: readonly unknown[],
  options: OutcomeMatrixOptions = {},
): OutcomeMatrix {
  const shared = options.context ?? {};
  const plan = planPortfolio(policies, shared);
  const writer = new MatrixWriter(plan, emptyMatrix(curves.length, plan.nPolicies));
  curves.forEach((curve, run) => {
    const own = options.contextOf?.(curve, run) ?? {};
    writer.write(run, curve, contextOf(curve, { ...shared, ...own }));
    options.onProgress?.(run + 1, curves.length);
  });
  return writer.matrix;
}
