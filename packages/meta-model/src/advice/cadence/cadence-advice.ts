import { plannedStepsOf, type MetricClass, type Recommendation, type Task } from "@stopwise/core";
import type { Bound } from "../../certificates/bound.ts";
import { choose } from "../../choice/choose.ts";
import { predictionOf, riskOf, type PolicyPrediction } from "../../choice/prediction.ts";
import type { StartModel } from "../../model/start-model.ts";
import type { Container } from "../../file/container.ts";
import { cadenceCells, readCadence } from "./cadence-table.ts";
import { thinnings } from "./thinned.ts";

type CadenceAdvice = NonNullable<Recommendation["advice"]["cadence"]>;
type CadenceRow = CadenceAdvice["rows"][number];

/** What cadence is asked about. */
export interface CadenceQuestion {
  readonly start: Pick<StartModel, "grid">;
  readonly prefix: string;
  readonly bound: Bound;
  readonly metricClass: MetricClass;
  /** Setting of the recommendation; 0, never-stop, has no cadence of its own. */
  readonly setting: number;
  readonly task: Task;
  /** What the recommendation is predicted to save and lose: what the planned cadence is told to. */
  readonly predicted: { readonly saving: number; readonly emLoss: number };
  /** Training tokens that one evaluation is worth, where the caller tells. */
  readonly evalCost?: number | undefined;
}

/** Outcome of the tuned threshold at each thinning; the same for every task. */
interface Tuned {
  readonly evaluations: number;
  readonly saving: number;
  readonly emLoss: number;
  readonly withinBound: boolean;
}

const tunedRows = new WeakMap<Container, Map<string, readonly Tuned[]>>();

/** Settings that differ from the recommended one in their threshold alone, never-stop first. */
function familyOf({ grid }: Pick<StartModel, "grid">, setting: number): number[] {
  const family = grid.familyOf(setting);
  const first = grid.startOf(family);
  return [0, ...grid.families[family]!.thresholds.map((_, index) => first + index)];
}

/** Tunes the threshold on one half of the groups and judges it on the other, both ways, at every thinning. */
function tune(
  container: Container,
  { start, prefix, bound, metricClass, setting }: CadenceQuestion,
): Tuned[] {
  const table = readCadence(container, prefix, metricClass);
  if (table === undefined) return [];
  const settings = familyOf(start, setting);
  const level = bound.kind === "tail" ? (bound.alpha ?? 0.1) : bound.maxEmLoss;
  const halves = (thinning: number): { prediction: PolicyPrediction; risk: Float64Array }[] =>
    [0, 1].map((half) => {
      const row = cadenceCells(table, settings, { half, thinning, nSettings: start.grid.nSettings });
      const prediction = predictionOf(row, settings.length);
      return { prediction, risk: riskOf(prediction, bound) };
    });
  return thinnings.map((_, thinning) => {
    const both = halves(thinning);
    let [saving, emLoss, risk] = [0, 0, 0];
    both.forEach((own, half) => {
      const judged = both[1 - half]!;
      const chosen = choose(own.prediction.saving, own.risk, { kind: "constraint", level });
      saving += judged.prediction.saving[chosen]! / 2;
      emLoss += judged.prediction.emLoss[chosen]! / 2;
      risk += judged.risk[chosen]! / 2;
    });
    return { evaluations: table.evaluations[thinning]!, saving, emLoss, withinBound: risk <= level };
  });
}

function remembered(container: Container, question: CadenceQuestion): readonly Tuned[] {
  const known = tunedRows.get(container) ?? new Map<string, readonly Tuned[]>();
  tunedRows.set(container, known);
  const { start, prefix, bound, metricClass, setting } = question;
  const { kind, maxEmLoss, alpha } = bound;
  const key = `${prefix} ${metricClass} ${start.grid.familyOf(setting)} ${kind} ${maxEmLoss} ${alpha}`;
  const rows = known.get(key) ?? tune(container, question);
  known.set(key, rows);
  return rows;
}

/** Planned training tokens: given, or steps x batch x tokens of an example. */
function tokensOf(task: Task): number | undefined {
  if (task.maxTokens) return task.maxTokens;
  const { batchSize, sequenceLength } = task;
  const steps = plannedStepsOf(task);
  return steps && batchSize && sequenceLength ? steps * batchSize * sequenceLength : undefined;
}

/** Training tokens of one evaluation: as given, else one for each answer token of the evaluation set. */
function evalCostOf({ evalCost, task }: CadenceQuestion): CadenceAdvice["evalCost"] {
  if (evalCost !== undefined) return { tokens: evalCost, from: "given" };
  const { evalSize, answerLength } = task;
  return evalSize && answerLength ? { tokens: evalSize * answerLength, from: "estimated" } : undefined;
}

/**
 * The rows as the recommendation counts: the row nearest to the planned cadence saves and loses what is predicted of the
 * recommended policy, the others differ from it as they do over all past tasks.
 */
function atPlanned(
  tuned: readonly Tuned[],
  planned: number,
  predicted: CadenceQuestion["predicted"],
): readonly Tuned[] {
  const distance = ({ evaluations }: Tuned): number => Math.abs(Math.log(evaluations / planned));
  const nearest = tuned.reduce((a, b) => (distance(b) < distance(a) ? b : a));
  const held = (value: number): number => Math.min(Math.max(value, 0), 1);
  return tuned.map((row) => ({
    ...row,
    saving: held(predicted.saving + row.saving - nearest.saving),
    emLoss: held(predicted.emLoss + row.emLoss - nearest.emLoss),
  }));
}

const note =
  "past runs replayed with every 1st to 8th evaluation, the threshold tuned on one half of their groups and judged on the other; not certified";

/**
 * How often to evaluate. Past curves are thinned, the recommended kind of policy is tuned at each cadence, and the cadence
 * of the largest saving that kept the bound is advised; with evaluation cost, the largest saving of both together:
 *
 * `savingWithEvaluation = 1 - (1 - saving)(T + m c) / (T + N c)`, with T planned training tokens, c tokens of an
 * evaluation, m evaluations of the cadence and N planned ones (those of the densest cadence where no plan is known).
 *
 * Nothing is said for a recommendation never to stop, nor where the model holds no such replays of the metric class.
 *
 * @param container of the model
 * @param question the recommendation, the task, and the cost of an evaluation
 */
export function cadenceAdvice(
  container: Container,
  question: CadenceQuestion,
): Pick<Recommendation["advice"], "evalEvery" | "cadence"> {
  if (question.setting === 0) return {};
  const tuned = remembered(container, question);
  if (tuned.length === 0) return {};
  const { task } = question;
  const [steps, tokens, evalCost] = [plannedStepsOf(task), tokensOf(task), evalCostOf(question)];
  const planned = task.evals ?? tuned[0]!.evaluations;
  const rows = atPlanned(tuned, planned, question.predicted).map((row): CadenceRow => {
    const every = steps === undefined ? {} : { evalEvery: Math.max(1, Math.round(steps / row.evaluations)) };
    if (tokens === undefined || evalCost === undefined) return { ...row, ...every };
    const whole = tokens + planned * evalCost.tokens;
    const spent = tokens + row.evaluations * evalCost.tokens;
    return { ...row, ...every, savingWithEvaluation: 1 - ((1 - row.saving) * spent) / whole };
  });
  const worth = (row: CadenceRow): number => row.savingWithEvaluation ?? row.saving;
  const kept = rows.filter((row) => row.withinBound && row.saving > 0);
  if (kept.length === 0) return {};
  const best = kept.reduce((a, b) => (worth(b) > worth(a) + 1e-12 ? b : a));
  const isCounted = best.savingWithEvaluation !== undefined;
  return {
    ...(best.evalEvery === undefined ? {} : { evalEvery: best.evalEvery }),
    cadence: {
      note,
      evaluations: best.evaluations,
      ...(task.evals ? { planned: task.evals } : {}),
      ...(isCounted && evalCost !== undefined ? { evalCost } : {}),
      rows,
    },
  };
}
