import { mergeEvaluations, type MergedEvaluation, type RawRun } from "./raw-run.ts";

/** One evaluation: step, epoch where recorded, and the values under the log's own names. */
export type EvaluationFacts = Record<string, number | null>;

/** What a log says of a run before anything is interpreted: percent stays percent, non-finite counts as missing. */
export interface LogFacts {
  /** Distinct steps (epochs, where there is no step) with at least one evaluation value. */
  readonly nEvalPoints: number;
  /** Largest step of any row, training rows included; null where the log has none. */
  readonly lastStep: number | null;
  /** Names of the evaluation metrics with at least one finite value. */
  readonly metrics: readonly string[];
  readonly firstEval: EvaluationFacts | null;
  readonly lastEval: EvaluationFacts | null;
  /** Smallest and largest finite value of each metric. */
  readonly best: Readonly<Record<string, { min: number; max: number }>>;
}

function finiteValues(row: MergedEvaluation): [string, number][] {
  return Object.entries(row.values).filter(([, value]) => Number.isFinite(value));
}

function evaluationFacts(row: MergedEvaluation | undefined): EvaluationFacts | null {
  if (row === undefined) return null;
  const epoch = row.epoch === null ? {} : { epoch: row.epoch };
  return { step: row.step, ...epoch, ...Object.fromEntries(finiteValues(row)) };
}

/** The facts of a run: counts, last step, metrics, first and last evaluation, extremes. */
export function factsOf(run: Pick<RawRun, "evaluations" | "lastStep">): LogFacts {
  const rows = mergeEvaluations(run.evaluations).filter((row) => finiteValues(row).length > 0);
  const best = Object.create(null) as Record<string, { min: number; max: number }>;
  for (const [name, value] of rows.flatMap(finiteValues)) {
    const known = best[name];
    if (known === undefined) best[name] = { min: value, max: value };
    else {
      known.min = Math.min(known.min, value);
      known.max = Math.max(known.max, value);
    }
  }
  return {
    nEvalPoints: rows.length,
    lastStep: run.lastStep,
    metrics: Object.keys(best),
    firstEval: evaluationFacts(rows[0]),
    lastEval: evaluationFacts(rows.at(-1)),
    best,
  };
}
