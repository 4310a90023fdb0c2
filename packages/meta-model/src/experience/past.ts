import {
  groupOf,
  populationOf,
  reachedPlan,
  regimeOf,
  toldGroupOf,
  type CostUnit,
  type Curve,
  type MetricClass,
  type PopulationName,
  type RunRecord,
  type Task,
} from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { joinRows, rowsOfRuns, stopRowsOf, type StopRows } from "@stopwise/learners";
import { outcomeMatrix } from "@stopwise/policies";
import { classOf } from "../portfolio/classes.ts";
import { usableRuns, type Replayer } from "../portfolio/experience.ts";
import { rowsOf, type OutcomeTable } from "../portfolio/outcome-table.ts";
import type { SettingGrid } from "../portfolio/policy-family.ts";

/** A past run without its curve: what was known before it, and how it is counted. */
export interface PastRun {
  readonly id: string;
  /** The run for a person: task, model, metric, source. */
  readonly name: string;
  /** What was known before its start, its regime among it. */
  readonly task: Task;
  readonly kind: "quality" | "loss";
  readonly metricClass: MetricClass;
  /** The unit that folds keep together. */
  readonly group: string;
  /** Whether the group was told; a group guessed from a folder calibrates nothing. */
  readonly isTold: boolean;
  /** Whether it was recorded to its plan. */
  readonly isComplete: boolean;
  readonly costUnit: CostUnit;
  /** Evaluations that were recorded, and the recorded length, where no plan was told. */
  readonly recorded: Pick<Task, "evals" | "maxSteps" | "maxTokens" | "epochs">;
  /** Where it comes from and under which licence, where known. */
  readonly source?: string;
  readonly license?: string;
}

/** What past runs teach: their facts, their outcomes under a portfolio, and rows of what was seen in them. */
export interface Past {
  readonly runs: readonly PastRun[];
  readonly grid: SettingGrid;
  /** Outcomes `[nRuns, nSettings]`. */
  readonly table: OutcomeTable;
  readonly rows: StopRows;
}

/** The population that a past run belongs to. */
export function populationOfRun({ task, kind }: Pick<PastRun, "task" | "kind">): PopulationName {
  return populationOf(regimeOf(task).regime, kind);
}

/** What a curve's length tells of a run that went to its end. */
function recordedOf(curve: Curve): PastRun["recorded"] {
  const last = (series: Float64Array): number | null => {
    const value = series.at(-1);
    return value !== undefined && value > 0 ? value : null;
  };
  return {
    evals: curve.nCheckpoints - curve.firstStop,
    maxSteps: curve.costUnit === "epochs" ? null : last(curve.step),
    maxTokens: last(curve.tokens),
    epochs: curve.costUnit === "epochs" ? last(curve.step) : last(curve.epoch),
  };
}

/** A past run's task with its recorded length where no plan was told: what ranges of past runs are made of. */
export function taskAsRecorded({ task, recorded }: PastRun): Task {
  const filled: Task = { ...task };
  for (const fact of ["evals", "maxSteps", "maxTokens", "epochs"] as const) {
    const value = task[fact] ?? recorded[fact];
    if (value !== undefined) filled[fact] = value;
  }
  return filled;
}

/** The facts of a run as a pack or a model keeps them. */
export function pastRunOf(run: RunRecord, curve: Curve): PastRun {
  const source = typeof run.source === "string" ? run.source : undefined;
  const license = typeof run["license"] === "string" ? run["license"] : undefined;
  return {
    id: run.id,
    name: [run.task, run.model, run.metric, source].filter(Boolean).join(", "),
    task: taskOf(run),
    kind: curve.kind,
    metricClass: classOf(curve),
    group: groupOf(run),
    isTold: toldGroupOf(run) !== undefined,
    isComplete: reachedPlan(run),
    costUnit: curve.costUnit,
    recorded: recordedOf(curve),
    ...(source === undefined ? {} : { source }),
    ...(license === undefined ? {} : { license }),
  };
}

/**
 * What some runs teach. Runs without two judged checkpoints are left out.
 *
 * @param runs run records, of quality or loss kind
 * @param grid settings that they are replayed under
 * @param replay how they are replayed; default in this thread
 */
export function pastOf(
  runs: readonly RunRecord[],
  grid: SettingGrid,
  replay: Replayer = outcomeMatrix,
): Past {
  const usable = usableRuns(runs);
  const curves = usable.map(({ curve }) => curve);
  const policies = Array.from({ length: grid.nSettings }, (_, setting) => grid.policyOf(setting));
  const { saving, emLoss } = replay(curves, policies);
  const past = usable.map(({ run, curve }) => pastRunOf(run, curve));
  return {
    runs: past,
    grid,
    table: { nRuns: curves.length, nSettings: grid.nSettings, saving, emLoss },
    rows: stopRowsOf(
      curves,
      past.map(({ task }) => task),
    ),
  };
}

/** Several pasts as one; all under the same grid. */
export function joinPast(pasts: readonly Past[]): Past {
  const [first] = pasts;
  if (pasts.length === 1) return first!;
  const { nSettings } = first!.grid;
  const nRuns = pasts.reduce((sum, { runs }) => sum + runs.length, 0);
  const join = (field: "saving" | "emLoss"): Float32Array => {
    const whole = new Float32Array(nRuns * nSettings);
    let at = 0;
    for (const { table } of pasts) {
      whole.set(table[field], at);
      at += table[field].length;
    }
    return whole;
  };
  return {
    runs: pasts.flatMap(({ runs }) => runs),
    grid: first!.grid,
    table: { nRuns, nSettings, saving: join("saving"), emLoss: join("emLoss") },
    rows: joinRows(pasts.map(({ rows }) => rows)),
  };
}

/** Some of the runs, in the order asked for. */
export function pastOfRuns(past: Past, runs: readonly number[]): Past {
  return {
    runs: runs.map((run) => past.runs[run]!),
    grid: past.grid,
    table: rowsOf(past.table, runs),
    rows: rowsOfRuns(past.rows, runs),
  };
}
