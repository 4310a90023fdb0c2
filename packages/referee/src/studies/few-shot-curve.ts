import { type Bound, boundedLoss, levelOf, type LevelOutcomes, startOf } from "@stopwise/meta-model";
import { drawGroups, orderStatistic, type GroupDraws } from "../bootstrap.ts";
import type { FewShotMethod, FewShotPoint } from "./few-shot-point.ts";
import { rowBound } from "../row.ts";

/** What every method did to the judged runs of one task, in one of its splits, with some of its runs known. */
export interface JudgedTask {
  readonly bound: Bound;
  readonly group: number;
  /** Runs of the task that may be the user's own. */
  readonly pool: number;
  readonly ownRuns: number;
  /** Share of the predictions that is the own runs'. */
  readonly ownShare: number;
  readonly nRuns: number;
  /** Along the levels that a method is free to choose from on the judged runs; one level where it is not. */
  readonly outcomes: Readonly<Record<FewShotMethod, LevelOutcomes>>;
}

/** Means over the judged runs of each task, `[nLevels][nTasks]`. */
interface TaskMeans {
  readonly saving: readonly Float64Array[];
  readonly risk: readonly Float64Array[];
  readonly emLoss: readonly Float64Array[];
  readonly over: readonly Float64Array[];
}

const nDraws = 600;

/**
 * One method on the tasks of one cohort, a point for each number of own runs. With several levels the one that saves most
 * while the bound is kept over these tasks; in the bootstrap each draw of tasks chooses its own.
 */
export function fewShotCurve(
  tasks: readonly JudgedTask[],
  {
    method,
    counts,
    bound,
    seed,
  }: { method: FewShotMethod; counts: readonly number[]; bound: Bound; seed: number },
): Omit<FewShotPoint, "method" | "kind" | "cohort">[] {
  const names = [...new Set(tasks.map((task) => task.group))];
  const draws = drawGroups(names.length, nDraws, seed + 17);
  const everything = new Uint16Array(names.length).fill(1);
  const tasksWith = (ownRuns: number): JudgedTask[][] =>
    names.map((name) => tasks.filter((task) => task.group === name && task.ownRuns === ownRuns));
  const without = taskMeans(tasksWith(counts[0]!), comparedWith(method), bound);
  const savingsWithout = drawnSavings(without, draws, bound);
  const savedWithout = bestLevel(without, everything, bound).saving;
  return counts.map((ownRuns) => {
    const those = tasksWith(ownRuns);
    const means = taskMeans(those, method, bound);
    const best = bestLevel(means, everything, bound);
    const at = (values: readonly Float64Array[]): number =>
      best.level < 0 ? 0 : meanOf(values[best.level]!, everything);
    const savings = drawnSavings(means, draws, bound);
    const gains = savings.map((saving, draw) => saving - savingsWithout[draw]!).sort();
    const sorted = savings.toSorted();
    return {
      ownRuns,
      bound: rowBound(bound),
      meanSaving: best.saving,
      low: orderStatistic(sorted, 0.025),
      high: orderStatistic(sorted, 0.975),
      gain: {
        mean: best.saving - savedWithout,
        low: orderStatistic(gains, 0.025),
        high: orderStatistic(gains, 0.975),
      },
      ownShare: method.startsWith("recommend") ? average(those.flat(), (task) => task.ownShare) : 0,
      meanEmLoss: at(means.emLoss),
      shareOverBound: at(means.over),
      nGroups: names.length,
      nRuns: those.flat().reduce((sum, task) => sum + task.nRuns, 0),
    };
  });
}

/** The method whose points without own runs a gain is over: policies chosen with hindsight are at equal loss with it. */
function comparedWith(method: FewShotMethod): FewShotMethod {
  return method.startsWith("best") ? "recommend-frontier" : method;
}

function average<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0) / items.length;
}

/** Means over the splits of each task, every split weighing the same. */
function taskMeans(tasks: readonly JudgedTask[][], method: FewShotMethod, bound: Bound): TaskMeans {
  const nLevels = tasks[0]?.[0]?.outcomes[method].nLevels ?? 0;
  const over: Bound = { kind: "tail", maxEmLoss: bound.maxEmLoss };
  const means = (of: (outcomes: LevelOutcomes, cell: number) => number): Float64Array[] =>
    Array.from({ length: nLevels }, (_, level) =>
      Float64Array.from(tasks, (splits) =>
        average(splits, ({ outcomes }) => {
          const those = outcomes[method];
          const runs = Array.from({ length: those.nRuns }, (_run, run) => run);
          return average(runs, (run) => of(those, startOf(those, run) + level));
        }),
      ),
    );
  return {
    saving: means(({ saving }, cell) => saving[cell]!),
    risk: means(({ emLoss }, cell) => boundedLoss(bound, emLoss[cell]!)),
    emLoss: means(({ emLoss }, cell) => emLoss[cell]!),
    over: means(({ emLoss }, cell) => boundedLoss(over, emLoss[cell]!)),
  };
}

/** The only level, or that of several which saves most under the bound; level -1, never-stop, where none keeps it. */
function bestLevel(
  { saving, risk }: TaskMeans,
  counts: ArrayLike<number>,
  bound: Bound,
): { level: number; saving: number } {
  if (saving.length === 1) return { level: 0, saving: meanOf(saving[0]!, counts) };
  let best = { level: -1, saving: 0 };
  saving.forEach((values, level) => {
    const mean = meanOf(values, counts);
    if (mean > best.saving && meanOf(risk[level]!, counts) <= levelOf(bound)) best = { level, saving: mean };
  });
  return best;
}

function drawnSavings(means: TaskMeans, draws: GroupDraws, bound: Bound): Float64Array {
  return Float64Array.from({ length: draws.nDraws }, (_, draw) => {
    const counts = draws.counts.subarray(draw * draws.nGroups, (draw + 1) * draws.nGroups);
    return bestLevel(means, counts, bound).saving;
  });
}

function meanOf(values: Float64Array, counts: ArrayLike<number>): number {
  let [sum, n] = [0, 0];
  for (let task = 0; task < values.length; task++) {
    sum += counts[task]! * values[task]!;
    n += counts[task]!;
  }
  return sum / n;
}
