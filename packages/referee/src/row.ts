import type { CostUnit, MetricClass } from "@stopwise/core";
import { type Bound, boundedLoss, levelOf, type Sample, sampleOf } from "@stopwise/meta-model";
import { bootstrapMeans, drawGroups, orderStatistic, type GroupDraws } from "./bootstrap.ts";
import type { Decided } from "./decide.ts";
import type { EvaluateRow, RowBound, Selection, Verdict } from "./report.ts";
import type { Study } from "./study.ts";

const nDraws = 600;

/** The judged runs of one metric class, or of all, with what every row about them needs. */
export interface Block {
  readonly metricClass: MetricClass | "all";
  /** Positions among the judged runs of all folds. */
  readonly members: readonly number[];
  readonly samples: Readonly<Record<"group" | "run", Sample>>;
  readonly draws: GroupDraws;
  /** Bootstrap slot of each member's group. */
  readonly slots: Int32Array;
  readonly costUnit: CostUnit;
  readonly noiseFloor: Readonly<Record<"group" | "run", number>>;
}

/** A block over some of the judged rows. */
export function blockOf(
  study: Study,
  rows: readonly number[],
  {
    metricClass,
    members,
    noiseFloor,
  }: Pick<Block, "metricClass" | "members"> & {
    noiseFloor: (sample: Sample) => number;
  },
): Block {
  const groupOf = (member: number): number => study.experience.groups[rows[member]!]!;
  const samples = { group: sampleOf(members, groupOf, "group"), run: sampleOf(members, groupOf, "run") };
  const names = [...new Set(samples.group.groups)];
  const slot = new Map(names.map((name, index) => [name, index]));
  return {
    metricClass,
    members,
    samples,
    draws: drawGroups(names.length, nDraws, study.seed + 17),
    slots: Int32Array.from(samples.group.groups, (group) => slot.get(group)!),
    costUnit: mostCommon(members.map((member) => study.experience.curves[rows[member]!]!.costUnit)),
    noiseFloor: { group: noiseFloor(samples.group), run: noiseFloor(samples.run) },
  };
}

function mostCommon(units: readonly CostUnit[]): CostUnit {
  const counts = new Map<CostUnit, number>();
  for (const unit of units) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  return [...counts].reduce<[CostUnit, number]>((a, b) => (b[1] > a[1] ? b : a), ["steps", 0])[0];
}

/** Smallest value below which at least the share of the weight lies. */
function weightedQuantile(values: readonly number[], weights: Float64Array, share: number): number {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]!);
  let weight = 0;
  for (const index of order) {
    weight += weights[index]!;
    if (weight >= share - 1e-12) return values[index]!;
  }
  return values[order.at(-1) ?? 0] ?? 0;
}

/** What a row is about. */
export interface RowKey {
  readonly method: string;
  readonly bound: Bound;
  readonly selection: Selection;
  readonly weighting: "group" | "run";
  readonly hindsightSaving: number;
}

/** Bound of a row in the words of the report. */
export function rowBound(bound: Bound): RowBound {
  const { maxEmLoss } = bound;
  return bound.kind === "tail"
    ? { kind: "tail", maxEmLoss, alpha: levelOf(bound) }
    : { kind: "mean", maxEmLoss };
}

/** Sums up what a method did to the runs of a block. */
export function rowOf(block: Block, decided: Decided, key: RowKey): EvaluateRow {
  const sample = block.samples[key.weighting];
  const saving = block.members.map((member) => decided.saving[member]!);
  const emLoss = block.members.map((member) => decided.emLoss[member]!);
  const tail: Bound = { kind: "tail", maxEmLoss: key.bound.maxEmLoss };
  const mean = (of: (loss: number) => number): number =>
    emLoss.reduce((sum, loss, index) => sum + sample.weights[index]! * of(loss), 0);
  const draws = (values: readonly number[]): Float64Array => {
    const sums = new Float64Array(block.draws.nGroups);
    const weights = new Float64Array(block.draws.nGroups);
    values.forEach((value, index) => {
      sums[block.slots[index]!]! += sample.weights[index]! * value;
      weights[block.slots[index]!]! += sample.weights[index]!;
    });
    return bootstrapMeans(block.draws, sums, weights);
  };
  const savings = draws(saving);
  const risks = draws(emLoss.map((loss) => boundedLoss(key.bound, loss)));
  const verdict = verdictOf(risks, levelOf(key.bound));
  const meanSaving = saving.reduce((sum, value, index) => sum + sample.weights[index]! * value, 0);
  return {
    method: key.method,
    metricClass: block.metricClass,
    bound: rowBound(key.bound),
    selection: key.selection,
    weighting: key.weighting,
    costUnit: block.costUnit,
    meanSaving,
    meanEmLoss: mean((loss) => loss),
    meanClippedLoss: mean((loss) => Math.min(loss, 0.2)),
    p95EmLoss: weightedQuantile(emLoss, sample.weights, 0.95),
    shareOverBound: mean((loss) => boundedLoss(tail, loss)),
    shareOfHindsight: key.hindsightSaving > 0 ? meanSaving / key.hindsightSaving : null,
    noiseFloor: block.noiseFloor[key.weighting],
    low: orderStatistic(savings, 0.025),
    high: orderStatistic(savings, 0.975),
    nRuns: block.members.length,
    nGroups: block.draws.nGroups,
    verdict,
    held: verdict !== "broken",
  };
}

/** Whether a level was kept, from bootstrap draws of the risk; rounding counts for it. */
export function verdictOf(risks: Float64Array, level: number): Verdict {
  if (orderStatistic(risks, 0.95) <= level + 1e-9) return "held";
  return orderStatistic(risks, 0.05) <= level + 1e-9 ? "open" : "broken";
}
