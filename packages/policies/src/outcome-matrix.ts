import type { Curve, Policy, SimplePolicy } from "@stopwise/core";
import { contextOf, type StopperContext } from "./context.ts";
import { resolvePassages } from "./first-passage.ts";
import { canonicalJson } from "./json.ts";
import { observationAt } from "./observation.ts";
import { outcomeTable, type OutcomeTable } from "./outcome.ts";
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

/** Policies that differ in nothing but threshold and delivery: one pass over a curve resolves them all. */
interface NestedGroup {
  readonly policy: SimplePolicy;
  readonly thresholds: Float64Array;
  readonly columns: Int32Array;
  readonly last: Uint8Array;
  readonly stops: Int32Array;
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
    columns: Int32Array.from(members, ({ column }) => column),
    last: Uint8Array.from(members, ({ policy }) => (policy.delivery === "last" ? 1 : 0)),
    stops: new Int32Array(members.length),
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
    const key = canonicalJson({ ...policy, threshold: 0, delivery: "" });
    const members = nested.get(key) ?? [];
    members.push({ policy, column });
    nested.set(key, members);
  }
  const groups = [...nested.values()].map(groupOf);
  const needsLast = parsed.some(({ delivery }) => delivery === "last");
  return { nPolicies: policies.length, groups, composites, needsLast };
}

interface Tables {
  readonly best: OutcomeTable;
  readonly last: OutcomeTable;
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

/** The statistic of a policy's criterion on a curve, written into `series` from the first checkpoint it watches. */
function fillSeries(
  curve: Curve,
  policy: SimplePolicy,
  series: Float64Array,
  context: StopperContext,
): number {
  const { from, first } = warmupOn(curve, policy, context);
  const criterion = startCriterion(policy, context);
  if (criterion.fill !== undefined) criterion.fill(curve, series, from);
  else for (let i = from; i < curve.nCheckpoints; i++) series[i] = criterion.observe(observationAt(curve, i));
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

class MatrixWriter {
  readonly matrix: OutcomeMatrix;
  #series = new Float64Array(256);

  constructor(nRuns: number, nPolicies: number) {
    const size = nRuns * nPolicies;
    this.matrix = {
      nRuns,
      nPolicies,
      stopIndex: new Int32Array(size),
      saving: new Float32Array(size),
      emLoss: new Float32Array(size),
    };
  }

  /** Replays all policies of a plan on one run: O(nCheckpoints * nGroups + nPolicies). */
  write(run: number, curve: Curve, plan: PortfolioPlan, context: StopperContext): void {
    const base = run * plan.nPolicies;
    if (curve.nCheckpoints === 0) {
      this.matrix.stopIndex.fill(-1, base, base + plan.nPolicies);
      return;
    }
    const best = outcomeTable(curve, "best");
    const tables = { best, last: plan.needsLast ? outcomeTable(curve, "last") : best };
    if (this.#series.length < curve.nCheckpoints) this.#series = new Float64Array(2 * curve.nCheckpoints);
    for (const group of plan.groups) this.#writeGroup(base, curve, { group, tables, context });
    for (const { policy, column } of plan.composites) {
      const stop = replayParsed(policy, curve, context).stopIndex ?? curve.nCheckpoints - 1;
      this.#set(base + column, stop, policy.delivery === "last" ? tables.last : tables.best);
    }
  }

  #writeGroup(
    base: number,
    curve: Curve,
    work: { group: NestedGroup; tables: Tables; context: StopperContext },
  ): void {
    const { group, tables, context } = work;
    const { thresholds, columns, last, stops } = group;
    const from = fillSeries(curve, group.policy, this.#series, context);
    const strict = group.policy.compare === ">";
    resolvePassages(this.#series, { from, nCheckpoints: curve.nCheckpoints, thresholds, strict }, stops);
    for (let j = 0; j < columns.length; j++) {
      this.#set(base + columns[j]!, stops[j]!, last[j] === 1 ? tables.last : tables.best);
    }
  }

  #set(at: number, stop: number, table: OutcomeTable): void {
    this.matrix.stopIndex[at] = stop;
    this.matrix.saving[at] = table.saving[stop]!;
    this.matrix.emLoss[at] = table.emLoss[stop]!;
  }
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
  const writer = new MatrixWriter(curves.length, plan.nPolicies);
  curves.forEach((curve, run) => {
    const own = options.contextOf?.(curve, run) ?? {};
    writer.write(run, curve, plan, contextOf(curve, { ...shared, ...own }));
    options.onProgress?.(run + 1, curves.length);
  });
  return writer.matrix;
}
