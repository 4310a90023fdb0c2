import { groupOf, reachedPlan, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import type { Neighbours } from "@stopwise/learners";
import { bestUpTo } from "./contrasts.ts";

/** Shares of their steps at which past runs are read, falling. */
const shares: readonly number[] = [
  1,
  0.9,
  0.8,
  0.75,
  0.7,
  0.6,
  0.5,
  0.4,
  1 / 3,
  0.3,
  0.25,
  0.2,
  0.15,
  0.1,
  0.05,
  0.03,
  0.01,
];

/** Who the past runs are; plain data, as in the model file. */
export interface PastRuns {
  /** What each group goes by: its own name, and what its runs call their task. */
  readonly names: readonly (readonly string[])[];
  /** Group of each run, `[nRuns]`. */
  readonly groups: readonly number[];
  /** Examples of each run, 0 where unknown, `[nRuns]`. */
  readonly sizes: readonly number[];
  readonly families: readonly (string | null)[];
  /** Peak learning rate of each run, 0 where unknown, `[nRuns]`. */
  readonly rates: readonly number[];
}

/** What the weights of a task's own runs go by. */
interface Asked {
  readonly datasetSize?: number | null | undefined;
  readonly family?: string | null | undefined;
  readonly learningRate?: number | null | undefined;
}

/** Width of the weights of own runs, in ln(examples) and in ln(learning rate). */
const width = 0.4;
/** What an own run of another family counts. */
const otherFamily = 0.1;

/** How past runs grew: the best EM that each had reached at shares of its steps. */
export class PastCurves {
  readonly runs: PastRuns;
  /** `[nRuns, nShares]`, NaN where nothing was evaluated by then and throughout for a run that was cut short. */
  readonly best: Float32Array;
  /** Runs by each name of their group. */
  readonly #named = new Map<string, number[]>();

  constructor(runs: PastRuns, best: Float32Array) {
    this.runs = runs;
    this.best = best;
    runs.groups.forEach((group, run) => {
      for (const name of runs.names[group]!) {
        const members = this.#named.get(name);
        if (members === undefined) this.#named.set(name, [run]);
        else members.push(run);
      }
    });
  }

  /** Reads run records, in their order. */
  static of(records: readonly RunRecord[]): PastCurves {
    const tasks = records.map(taskOf);
    const numbers = new Map<string, number>();
    const names: Set<string>[] = [];
    const groups = records.map((run) => {
      const number = numbers.get(groupOf(run)) ?? names.push(new Set([groupOf(run)])) - 1;
      numbers.set(groupOf(run), number);
      if (run.task) names[number]!.add(run.task);
      return number;
    });
    return new PastCurves(
      {
        names: names.map((all) => [...all]),
        groups,
        sizes: records.map((run) => run.datasetSize ?? 0),
        families: tasks.map(({ family }) => family ?? null),
        rates: tasks.map(({ learningRate }) => learningRate ?? 0),
      },
      Float32Array.from(records.flatMap(growthOf)),
    );
  }

  /** Best EM of a run by a share of its steps, read at the nearest kept share below. */
  emAt(run: number, share: number): number {
    const at = shares.findIndex((kept) => kept <= share + 1e-9);
    return at < 0 ? Number.NaN : this.best[run * shares.length + at]!;
  }

  /**
   * The runs of the task that goes by a name, those of about its size, rate and family counting most.
   *
   * @param name the task's, or its group's
   * @param asked the task
   * @param skips runs that are not to be looked at
   * @returns undefined where there are none
   */
  own(name: string, asked: Asked, skips: (run: number) => boolean = () => false): Neighbours | undefined {
    const { sizes, families, rates } = this.runs;
    const weightOf = (run: number): number => {
      const isNear = !asked.family || families[run] === asked.family;
      const apart = distance(asked.datasetSize, sizes[run]!) + distance(asked.learningRate, rates[run]!);
      return (isNear ? 1 : otherFamily) * Math.max(1e-12, Math.exp(-apart / 2));
    };
    const members = this.#named.get(name) ?? [];
    return weighted(
      members.filter((run) => this.#isWhole(run) && !skips(run)),
      weightOf,
    );
  }

  /**
   * Those of some neighbours that were run to their end, in arrays of their own; undefined where none is left.
   *
   * @param neighbours runs with weights
   * @param neighbours.runs their numbers
   * @param neighbours.weights what each counts
   * @param without a name whose runs are left out
   */
  among({ runs, weights }: Neighbours, without?: string): Neighbours | undefined {
    const { names, groups } = this.runs;
    const isOf = (run: number): boolean => without !== undefined && names[groups[run]!]!.includes(without);
    const kept = [...runs.keys()].filter((k) => this.#isWhole(runs[k]!) && !isOf(runs[k]!));
    const weightOf = new Map(kept.map((k) => [runs[k]!, weights[k]!]));
    return weighted([...weightOf.keys()], (run) => weightOf.get(run)!);
  }

  #isWhole(run: number): boolean {
    return !Number.isNaN(this.emAt(run, 1));
  }
}

/** Best EM at each share; NaN for a run that did not reach its plan, whose shares are not of a plan. */
function growthOf(run: RunRecord): number[] {
  return shares.map((share) => (reachedPlan(run) ? bestUpTo(run, share) : Number.NaN));
}

/** Squared distance of two numbers in ln, in widths; 1 where either is unknown. */
function distance(asked: number | null | undefined, known: number): number {
  return asked && known > 0 ? (Math.log(asked / known) / width) ** 2 : 1;
}

/** Runs with weights that sum to 1; undefined where none weighs anything. */
function weighted(runs: readonly number[], weightOf: (run: number) => number): Neighbours | undefined {
  const weights = Float64Array.from(runs, weightOf);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) return undefined;
  return { runs: Int32Array.from(runs), weights: weights.map((weight) => weight / sum) };
}
