import type { MergedEvaluation, RawRun } from "./raw-run.ts";

interface Count {
  readonly at: number;
  readonly tokens: number;
  /** Which evaluation it is of; undefined for a training row. */
  readonly evaluation?: number;
}

const isCount = (tokens: number | undefined): tokens is number =>
  tokens !== undefined && Number.isFinite(tokens) && tokens >= 0;

/** All token counts of a run in the order of training; at one place training rows come first. */
function countsOf(run: RawRun, rows: readonly MergedEvaluation[]): Count[] {
  const byStep = rows.every(({ step }) => step !== null);
  const training = run.training.flatMap(({ step, epoch, tokens }): Count[] => {
    const at = byStep ? step : (epoch ?? step);
    return at === null || !isCount(tokens) ? [] : [{ at, tokens }];
  });
  const evaluations = rows.flatMap(({ step, epoch, tokens }, evaluation): Count[] => {
    const at = byStep ? step : epoch;
    return at === null || !isCount(tokens) ? [] : [{ at, tokens, evaluation }];
  });
  return [...training, ...evaluations].sort((left, right) => left.at - right.at);
}

/** A counter that begins anew at a resume falls far, and rarely. */
const isRestart = (now: number, before: number): boolean => now < before * 0.9;

const mostRestarts = 5;

/**
 * Cumulative training tokens at each evaluation as far as rows tell, NaN elsewhere. Trainers count from 0 again after
 * a resume: what was counted before is added, with a remark. Counts that fall otherwise are no cumulative tokens.
 *
 * @returns `tokens` of shape `[nEvaluations]`, in the order of `rows`
 */
export function tokenCounts(
  run: RawRun,
  rows: readonly MergedEvaluation[],
): { tokens: readonly number[]; warnings: readonly string[] } {
  const none = rows.map(() => Number.NaN);
  const byStep = rows.every(({ step }) => step !== null);
  const counts = countsOf(run, rows);
  if (counts.length === 0) return { tokens: none, warnings: [] };
  const seen: { at: number; tokens: number }[] = [];
  let [base, before, nRestarts] = [0, 0, 0];
  for (const { at, tokens } of counts) {
    if (tokens < before) {
      if (!isRestart(tokens, before)) return { tokens: none, warnings: [fallingCounts] };
      base += before;
      nRestarts += 1;
    }
    before = tokens;
    seen.push({ at, tokens: base + tokens });
  }
  if (nRestarts > mostRestarts || nRestarts > counts.length / 4) {
    return { tokens: none, warnings: [fallingCounts] };
  }
  const warnings =
    nRestarts === 0
      ? []
      : [
          `the token counter begins anew ${nRestarts} times, as after a resume: what was counted before is added.`,
        ];
  let next = 0;
  const tokens = rows.map(({ step, epoch }) => {
    const at = (byStep ? step : epoch) ?? Number.NaN;
    while (next < seen.length && seen[next]!.at <= at) next += 1;
    return next === 0 ? Number.NaN : seen[next - 1]!.tokens;
  });
  return { tokens, warnings };
}

const fallingCounts = "the token counts fall: they are not cumulative and are not used.";
