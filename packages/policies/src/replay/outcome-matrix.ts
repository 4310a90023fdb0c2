import { InvalidInputError, type Curve, type Policy, type SimplePolicy } from "@stopwise/core";
import { contextOf } from "../stopper/context.ts";
import type { StopperContext } from "../statistic/contract.ts";
import { changesLearningRate } from "../policy/describe-policy.ts";
import { criteria } from "../criteria/index.ts";
import type { SeriesWork } from "../statistic/contract.ts";
import { observationAt } from "../stopper/observation.ts";
import { fillOutcomes, type OutcomeTable } from "./outcome.ts";
import { parsePolicy } from "../policy/parse-policy.ts";
import { replayParsed } from "./replay.ts";
import { startCriterion } from "../stopper/rule.ts";
import { isWarm } from "../stopper/warmup.ts";

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
  /** A matrix of the same size to write into, instead of a new one: for repeated replays of large sets. */
  readonly into?: OutcomeMatrix;
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
}

/** A set of policies made ready for many curves. */
export interface PortfolioPlan {
  readonly nPolicies: number;
  readonly groups: readonly NestedGroup[];
  readonly composites: readonly Policy[];
  /** Column in the matrix of each policy in the order of groups and composites, `[nPolicies]`. */
  readonly columns: Int32Array;
  /** Whether that order is the one the policies were given in. */
  readonly inOrder: boolean;
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
  };
}

/** Parses policies and groups the nested ones. */
export function planPortfolio(policies: readonly unknown[], context: StopperContext = {}): PortfolioPlan {
  const nested = new Map<string, { policy: SimplePolicy; column: number }[]>();
  const composites: { policy: Policy; column: number }[] = [];
  const parsed = policies.map((policy) => parsePolicy(policy, context));
  const acting = parsed.find(changesLearningRate);
  if (acting !== undefined) {
    throw new InvalidInputError(
      `policy "${acting.criterion}" changes the learning rate, which no recorded curve can tell about.`,
      "Judge it on paired runs.",
    );
  }
  for (const [column, policy] of parsed.entries()) {
    if ("of" in policy) {
      composites.push({ policy, column });
      continue;
    }
    const key = JSON.stringify({ ...policy, threshold: 0 });
    const members = nested.get(key) ?? [];
    members.push({ policy, column });
    nested.set(key, members);
  }
  const groups = [...nested.values()].map(groupOf);
  const columns = Int32Array.from([...nested.values(), composites].flat(), ({ column }) => column);
  return {
    nPolicies: policies.length,
    groups,
    composites: composites.map(({ policy }) => policy),
    columns,
    inOrder: columns.every((column, at) => column === at),
    needsLast: parsed.some(({ delivery }) => delivery === "last"),
  };
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

type Table = OutcomeTable & { readonly delivered: Float64Array };

function emptyTable(n: number): Table {
  return { saving: new Float32Array(n), emLoss: new Float32Array(n), delivered: new Float64Array(n) };
}

/** Working space for the longest curve so far. */
interface Scratch {
  readonly series: Float64Array;
  readonly best: Table;
  readonly last: Table;
}

const scratchFor = (n: number): Scratch => ({
  series: new Float64Array(n),
  best: emptyTable(n),
  last: emptyTable(n),
});

/** Fills an outcome matrix run by run. */
export class MatrixWriter {
  readonly matrix: OutcomeMatrix;
  readonly #plan: PortfolioPlan;
  /** The matrix where its columns are in the order of the groups, else one row in that order. */
  readonly #target: OutcomeMatrix;
  #scratch = scratchFor(256);

  constructor(plan: PortfolioPlan, matrix: OutcomeMatrix) {
    this.#plan = plan;
    this.matrix = matrix;
    this.#target = plan.inOrder ? matrix : emptyMatrix(1, plan.nPolicies);
  }

  /** Replays all policies of the plan on one run: O(nCheckpoints * nGroups + nPolicies). */
  write(run: number, curve: Curve, context: StopperContext): void {
    const { nPolicies, groups, composites, needsLast, inOrder } = this.#plan;
    if (curve.nCheckpoints === 0) {
      this.matrix.stopIndex.fill(-1, run * nPolicies, (run + 1) * nPolicies);
      return;
    }
    if (this.#scratch.series.length < curve.nCheckpoints) this.#scratch = scratchFor(2 * curve.nCheckpoints);
    const scratch = this.#scratch;
    fillOutcomes(curve, "best", scratch.best);
    if (needsLast) fillOutcomes(curve, "last", scratch.last);
    let at = inOrder ? run * nPolicies : 0;
    for (const group of groups) {
      const from = fillSeries(curve, group.policy, scratch.series, context);
      this.#writeGroup(at, { group, nCheckpoints: curve.nCheckpoints, from });
      at += group.thresholds.length;
    }
    for (const policy of composites) {
      this.#target.stopIndex[at] = replayParsed(policy, curve, context).stopIndex ?? curve.nCheckpoints - 1;
      this.#lookUp(at, ++at, scratch[policy.delivery]);
    }
    if (!inOrder) this.#scatterRow(run * nPolicies);
  }

  /** Merges the running maximum of z with the sorted thresholds; what is not reached is a run to its end. */
  #writeGroup(start: number, work: { group: NestedGroup; nCheckpoints: number; from: number }): void {
    const { nCheckpoints } = work;
    const { thresholds, nFinite, policy } = work.group;
    const { series } = this.#scratch;
    const { stopIndex } = this.#target;
    const strict = policy.compare === ">";
    const end = start + thresholds.length;
    let at = start;
    let next = nFinite > 0 ? thresholds[0]! : Infinity;
    for (let i = work.from; i < nCheckpoints && next < Infinity; i++) {
      const z = series[i]!;
      while (z >= next && !(strict && z === next)) {
        stopIndex[at++] = i;
        next = at - start < nFinite ? thresholds[at - start]! : Infinity;
        if (next === Infinity) break;
      }
    }
    while (at < end) stopIndex[at++] = nCheckpoints - 1;
    this.#lookUp(start, end, this.#scratch[policy.delivery]);
  }

  /** Saving and loss of the stops from `start` to `end`. */
  #lookUp(start: number, end: number, table: OutcomeTable): void {
    const { stopIndex, saving, emLoss } = this.#target;
    const { saving: savings, emLoss: losses } = table;
    for (let at = start; at < end; at++) {
      const stop = stopIndex[at]!;
      saving[at] = savings[stop]!;
      emLoss[at] = losses[stop]!;
    }
  }

  #scatterRow(base: number): void {
    const { stopIndex, saving, emLoss } = this.matrix;
    const row = this.#target;
    const { columns } = this.#plan;
    for (let at = 0; at < columns.length; at++) {
      const to = base + columns[at]!;
      stopIndex[to] = row.stopIndex[at]!;
      saving[to] = row.saving[at]!;
      emLoss[to] = row.emLoss[at]!;
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
  const writer = new MatrixWriter(plan, options.into ?? emptyMatrix(curves.length, plan.nPolicies));
  curves.forEach((curve, run) => {
    const own = options.contextOf?.(curve, run) ?? {};
    writer.write(run, curve, contextOf(curve, { ...shared, ...own }));
    options.onProgress?.(run + 1, curves.length);
  });
  return writer.matrix;
}
