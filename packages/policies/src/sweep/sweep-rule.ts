import { type Curve, parseWith } from "@stopwise/core";
import * as z from "zod/mini";

/**
 * A rule over the runs of a sweep, as data.
 * - `percentile`: at every checkpoint, a run stops whose best so far is below the given percentile of the other runs' best
 *   at the same cost; not before `minCost` and with fewer than `minPeers` peers that have come so far.
 * - `successiveHalving`: at the rungs firstRung * eta^k a run stops unless its best so far is among the top 1 / eta of all
 *   runs that have reached the rung.
 */
export const sweepRuleSchema = z.union([
  z.strictObject({
    rule: z.literal("percentile"),
    percentile: z._default(z.number().check(z.minimum(0), z.maximum(100)), 50),
    minCost: z._default(z.number().check(z.nonnegative()), 0),
    minPeers: z._default(z.int().check(z.positive()), 3),
    guard: z._default(z.boolean(), true),
  }),
  z.strictObject({
    rule: z.literal("successiveHalving"),
    eta: z._default(z.number().check(z.gt(1)), 3),
    /** In the sweep's cost unit. */
    firstRung: z.number().check(z.positive()),
    guard: z._default(z.boolean(), true),
  }),
]);

/** A rule over the runs of a sweep. */
export type SweepRule = z.infer<typeof sweepRuleSchema>;

/** What a sweep rule would have done. */
export interface SweepOutcome {
  /** Stop per run; the last checkpoint where it went to its end, -1 for an empty curve; `[nRuns]`. */
  readonly stopIndex: Int32Array;
  /** Share of the cost of the whole sweep that is saved. */
  readonly saving: number;
  /** Best quality over all runs to their ends, minus the best that is found with the rule. */
  readonly regret: number;
  readonly nStopped: number;
}

/** Best quality so far, `[nCheckpoints]`; -Infinity before the first. */
function bestSoFar(curve: Curve): Float64Array {
  let best = Number.NEGATIVE_INFINITY;
  const sign = curve.kind === "loss" ? -1 : 1;
  return (curve.kind === "loss" ? curve.evalLoss : curve.quality).map((value) => {
    if (sign * value > best) best = sign * value;
    return best;
  });
}

/** A run of the sweep while it is replayed. */
interface Runner {
  readonly curve: Curve;
  readonly best: Float64Array;
  stop: number;
}

/** Last checkpoint at or before a cost that the run has reached before it stopped; -1 for none. */
function indexAt({ curve, stop }: Runner, cost: number): number {
  let index = -1;
  while (index < stop && curve.cost[index + 1]! <= cost) index++;
  return index;
}

/** Best values of the runs that have come to a cost: a stopped one counts with what it had. */
function reached(runners: readonly Runner[], cost: number): { runner: Runner; best: number }[] {
  return runners
    .filter(({ curve, stop }) => (curve.cost[stop] ?? -1) >= cost)
    .map((runner) => ({ runner, best: runner.best[indexAt(runner, cost)] ?? Number.NEGATIVE_INFINITY }));
}

/** Linear interpolation between order statistics (R type 7); NaN for no values. */
function percentileOf(values: readonly number[], percentile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (percentile / 100) * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
}

/** Whether a run falls behind its peers at a cost; `previous` is the cost of its checkpoint before. */
type Verdict = (own: Runner, best: number, span: { previous: number; cost: number }) => boolean;

function percentileVerdict(rule: SweepRule & { rule: "percentile" }, runners: readonly Runner[]): Verdict {
  return (own, best, { cost }) => {
    if (cost < rule.minCost) return false;
    const peers = reached(runners, cost).filter(({ runner }) => runner !== own);
    return (
      peers.length >= rule.minPeers &&
      best <
        percentileOf(
          peers.map((peer) => peer.best),
          rule.percentile,
        )
    );
  };
}

function halvingVerdict(
  rule: SweepRule & { rule: "successiveHalving" },
  runners: readonly Runner[],
): Verdict {
  return (own, best, { previous, cost }) => {
    let rung = rule.firstRung;
    while (rung * rule.eta <= cost) rung *= rule.eta;
    if (rung > cost || rung <= previous) return false;
    const all = reached(runners, rung);
    const better = all.filter(({ runner, best: other }) => runner !== own && other > best).length;
    return better >= Math.max(1, Math.ceil(all.length / rule.eta));
  };
}

/** The run that holds the best value of the sweep so far. */
function leaderAt(runners: readonly Runner[], cost: number): Runner | undefined {
  let leader: { runner: Runner; best: number } | undefined;
  for (const runner of runners) {
    const best = runner.best[indexAt(runner, cost)] ?? Number.NEGATIVE_INFINITY;
    if (leader === undefined || best > leader.best) leader = { runner, best };
  }
  return leader?.runner;
}

/** All checkpoints of the sweep in the order of their cost: runs proceed side by side. */
function timeline(runners: readonly Runner[]): { runner: Runner; index: number; cost: number }[] {
  return runners
    .flatMap((runner) => Array.from(runner.curve.cost, (cost, index) => ({ runner, index, cost })))
    .sort((a, b) => a.cost - b.cost);
}

/**
 * Replays a rule over the runs of one sweep, as if they went side by side: a checkpoint is decided on with what every run
 * has shown up to its cost. With the no-regret guard (default) the run that holds the sweep's best value so far is never
 * stopped, so the best on record keeps growing; a later champion can still be lost, which `regret` tells.
 *
 * @param curves runs of one sweep, in one cost unit
 * @param rule validated here
 * @throws {InvalidInputError} naming the field of the rule that is wrong.
 */
export function replaySweep(curves: readonly Curve[], rule: unknown): SweepOutcome {
  const parsed = parseWith(sweepRuleSchema, rule, "");
  const runners = curves.map((curve): Runner => ({
    curve,
    best: bestSoFar(curve),
    stop: curve.nCheckpoints - 1,
  }));
  const isBehind =
    parsed.rule === "percentile" ? percentileVerdict(parsed, runners) : halvingVerdict(parsed, runners);
  for (const { runner, index, cost } of timeline(runners)) {
    const { curve, best } = runner;
    if (index >= runner.stop || index < curve.firstStop) continue;
    if (!isBehind(runner, best[index]!, { previous: curve.cost[index - 1] ?? 0, cost })) continue;
    if (parsed.guard && leaderAt(runners, cost) === runner) continue;
    runner.stop = index;
  }
  return outcomeOf(runners);
}

function outcomeOf(runners: readonly Runner[]): SweepOutcome {
  const sum = (pick: (runner: Runner) => number): number =>
    runners.reduce((total, runner) => total + pick(runner), 0);
  const top = (pick: (runner: Runner) => number | undefined): number =>
    runners.reduce((best, runner) => Math.max(best, pick(runner) ?? best), Number.NEGATIVE_INFINITY);
  const spent = sum(({ curve, stop }) => curve.cost[stop] ?? 0);
  const whole = sum(({ curve }) => curve.cost.at(-1) ?? 0);
  const regret = top(({ best }) => best.at(-1)) - top(({ best, stop }) => best[stop]);
  return {
    stopIndex: Int32Array.from(runners, ({ stop }) => stop),
    saving: whole > 0 ? 1 - spent / whole : 0,
    regret: Number.isNaN(regret) ? 0 : regret,
    nStopped: runners.filter(({ curve, stop }) => stop < curve.nCheckpoints - 1).length,
  };
}
