import { createHash } from "node:crypto";
import { curveOf, groupOf, reachedPlan, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { recommendFrom, type StopwiseModel } from "@stopwise/meta-model";
import { replay } from "@stopwise/policies";

/** The mean EM loss (for loss-only runs: relative increase) that the compared models may spend. */
export const comparedAt = 0.01;

const smallestShare = 0.4;
const mostGroups = 40;
/** Loss at which a mean is clipped, as the bound speaks of it. */
const clip = 0.2;
/** Runs of a held-out group that are judged: more tell little that is new about the group. */
const mostRunsOfGroup = 5;

const order = (name: string): string => createHash("sha256").update(name).digest("hex");

/** Names by a hash of themselves: the same on every call, and without regard to what they are about. */
export function shuffled(names: Iterable<string>): string[] {
  const keyed = [...new Set(names)].map((name) => ({ name, key: order(name) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ name }) => name);
}

/**
 * Groups that two models are compared on: two fifths of those with a run to its plan, at least two, at most forty,
 * the same ones on every call. None where there are fewer than three.
 */
export function heldOutGroups(runs: readonly RunRecord[]): ReadonlySet<string> {
  const known = new Set<string>();
  for (const run of runs) if (!known.has(groupOf(run)) && reachedPlan(run)) known.add(groupOf(run));
  const groups = shuffled(known);
  if (groups.length < 3) return new Set();
  const n = Math.min(mostGroups, Math.max(2, Math.ceil(smallestShare * groups.length)));
  return new Set(groups.slice(0, n));
}

/**
 * Runs that two models are compared on: of each of the groups at most five that reached their plan, the same ones on every
 * call.
 */
export function judgedRuns(runs: readonly RunRecord[], groups: ReadonlySet<string>): RunRecord[] {
  const byGroup = new Map<string, RunRecord[]>();
  for (const run of runs.filter((it) => reachedPlan(it) && groups.has(groupOf(it)))) {
    byGroup.set(groupOf(run), [...(byGroup.get(groupOf(run)) ?? []), run]);
  }
  return [...byGroup.values()].flatMap((members) => {
    const kept = new Set(shuffled(members.map(({ id }) => id)).slice(0, mostRunsOfGroup));
    return members.filter(({ id }) => kept.has(id));
  });
}

/** What a model's recommendations gave on one group. */
export interface GroupResult {
  readonly saving: number;
  readonly emLoss: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);

/**
 * Replays what a model recommends on runs that it has not seen, at a mean loss of `comparedAt`.
 *
 * @param model - trained without the groups of these runs
 * @param runs - runs of the held-out groups; those that did not reach their plan are left out
 * @returns by group the means over its runs
 */
export function judge(model: StopwiseModel, runs: readonly RunRecord[]): Map<string, GroupResult> {
  const byGroup = new Map<string, GroupResult[]>();
  for (const run of runs.filter(reachedPlan)) {
    const { policy } = recommendFrom(model, taskOf(run), { bound: "mean", maxLoss: comparedAt });
    const { saving, emLoss } = replay(policy, curveOf(run));
    const group = groupOf(run);
    byGroup.set(group, [...(byGroup.get(group) ?? []), { saving, emLoss: Math.min(emLoss, clip) }]);
  }
  const meanOf = (results: readonly GroupResult[]): GroupResult => ({
    saving: mean(results.map(({ saving }) => saving)),
    emLoss: mean(results.map(({ emLoss }) => emLoss)),
  });
  return new Map([...byGroup].map(([group, results]) => [group, meanOf(results)]));
}

/** A paired difference over groups with its one-sided 95 % limits. */
interface Difference {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Two models on the same held-out groups, each group counting 1. */
export interface Comparison {
  readonly nGroups: number;
  readonly maxMeanEmLoss: number;
  readonly candidate: { readonly meanSaving: number; readonly meanEmLoss: number };
  readonly inUse: { readonly meanSaving: number; readonly meanEmLoss: number };
  /** Candidate less model in use, group by group. */
  readonly savingGain: Difference;
  /** `better` and `alike` may follow the model in use; `too-few`: the groups cannot tell. */
  readonly verdict: "better" | "alike" | "worse" | "loses-more" | "saves-nothing" | "too-few";
  readonly notWorse: boolean;
}

/** Groups that a comparison needs: with fewer its test tells nothing. */
export const fewestCompared = 5;

/** Student's t at 95 % one-sided by degrees of freedom, 1 to 10; then about that of the normal. */
const tAt95 = [6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81];

/** Mean of paired differences with its limits by Student's t; without limits, all of [-1, 1], for fewer than two. */
function differenceOf(values: readonly number[]): Difference {
  const centre = mean(values);
  const n = values.length;
  if (n < 2) return { mean: centre, low: -1, high: 1 };
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const reach = (tAt95[n - 2] ?? 1.7) * Math.sqrt(squares / (n - 1) / n);
  return { mean: centre, low: centre - reach, high: centre + reach };
}

/**
 * Compares a candidate with the model in use by a paired test over groups that neither has seen. The candidate may take
 * its place where its mean loss, clipped, keeps the bound or is at most that of the model in use, it saves something,
 * and its saving is not told to be lower: `worse` is a difference whose 95 % limit lies below zero.
 */
export function compare(
  candidate: ReadonlyMap<string, GroupResult>,
  inUse: ReadonlyMap<string, GroupResult>,
): Comparison {
  const groups = [...candidate.keys()].filter((group) => inUse.has(group));
  const [ours, theirs] = [candidate, inUse].map((results) => groups.map((group) => results.get(group)!)) as [
    GroupResult[],
    GroupResult[],
  ];
  const summary = (results: readonly GroupResult[]): Comparison["candidate"] => ({
    meanSaving: mean(results.map(({ saving }) => saving)),
    meanEmLoss: mean(results.map(({ emLoss }) => emLoss)),
  });
  const [after, before] = [summary(ours), summary(theirs)];
  const savingGain = differenceOf(ours.map(({ saving }, i) => saving - theirs[i]!.saving));
  const verdict = verdictOf({ n: groups.length, after, before, savingGain });
  return {
    nGroups: groups.length,
    maxMeanEmLoss: comparedAt,
    candidate: after,
    inUse: before,
    savingGain,
    verdict,
    notWorse: verdict === "better" || verdict === "alike",
  };
}

function verdictOf(result: {
  n: number;
  after: Comparison["candidate"];
  before: Comparison["inUse"];
  savingGain: Difference;
}): Comparison["verdict"] {
  const { n, after, before, savingGain } = result;
  if (n < fewestCompared) return "too-few";
  if (after.meanEmLoss > Math.max(comparedAt, before.meanEmLoss) + 1e-9) return "loses-more";
  if (after.meanSaving < 1e-4) return "saves-nothing";
  if (savingGain.high < -1e-9) return "worse";
  return savingGain.low > 0 ? "better" : "alike";
}
