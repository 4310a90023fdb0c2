import { InsufficientDataError, type Recommendation, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import {
  learnedCriteria,
  recommendFrom,
  type Bound,
  type LearnedAnswer,
  type StopwiseModel,
} from "@stopwise/meta-model";
import { replay } from "@stopwise/policies";
import { fixedRules } from "./baselines.ts";
import type { Decided } from "./decide.ts";
import { blocksOf, hindsightOf, reportBounds, stopped } from "./evaluate.ts";
import type { AnswerShares, EvaluateReport, EvaluateRow, Selection } from "./report.ts";
import { rowBound, rowOf } from "./row.ts";
import { studyOf, type Study } from "./study.ts";

/** Options of judging a model as it is. */
export interface EvaluateModelOptions {
  /** What the report calls the data; default `runs`. */
  readonly data?: string;
  readonly seed?: number;
  readonly bounds?: readonly Bound[];
  readonly onProgress?: (message: string) => void;
}

type Kind = RunRecord["kind"];

/** What a user of the model would have had on one run. */
interface Answered {
  readonly status: Recommendation["status"];
  readonly saving: number;
  readonly emLoss: number;
}

/**
 * Judges a model as it is: nothing is fitted, and every stop comes from the answers that `recommend` and the stopper
 * give. `promise` rows stop as the answer says whatever its status; `certified` rows stop where it is certified and run
 * to the end elsewhere.
 *
 * @param model that is judged; that it has not seen the runs is the caller's to know
 * @param runs run records; those that did not reach their plan are left out
 * @throws InsufficientDataError when no run reached its plan
 */
export function evaluateModel(
  model: StopwiseModel,
  runs: readonly RunRecord[],
  options: EvaluateModelOptions = {},
): EvaluateReport {
  const reports = (["quality", "loss"] as const).flatMap((kind) =>
    judgedKind(model, runs, { ...options, kind }),
  );
  if (reports.length === 0) {
    throw new InsufficientDataError(
      { has: 0, needs: 1, what: "runs that reached their plan" },
      "Name a file of whole runs.",
    );
  }
  return {
    data: options.data ?? "runs",
    model: { version: model.version, hash: model.hash },
    nRuns: reports.reduce((sum, { nRuns }) => sum + nRuns, 0),
    nGroups: reports.reduce((sum, { nGroups }) => sum + nGroups, 0),
    rows: reports.flatMap(({ rows }) => rows),
    answers: reports.flatMap(({ answers }) => answers),
  };
}

interface KindReport {
  readonly nRuns: number;
  readonly nGroups: number;
  readonly rows: EvaluateRow[];
  readonly answers: AnswerShares[];
}

function judgedKind(
  model: StopwiseModel,
  runs: readonly RunRecord[],
  options: EvaluateModelOptions & { kind: Kind },
): KindReport[] {
  const { kind, seed = 1, bounds = reportBounds, onProgress } = options;
  const own = runs.filter((run) => run.kind === kind);
  const study = studyOf([], { seed, nFolds: 1, policies: [], test: own });
  const rows = study.folds.flatMap(({ judged }) => judged);
  if (rows.length === 0) return [];
  const optimum = hindsightOf(study, rows);
  const blocks = blocksOf(study, rows);
  const fixed = fixedRules.map((rule) => ({
    name: rule.name,
    decided: stopped(
      rows.map((row) => study.experience.curves[row]!),
      rows,
      study.folds.flatMap((fold) => [...rule.stops(study, fold)]),
    ),
  }));
  const answers: AnswerShares[] = [];
  const found = bounds.flatMap((bound) => {
    onProgress?.(`${kind} ${bound.kind} ${bound.maxEmLoss}`);
    const methods = methodsUnder(model, study, { rows, bound });
    for (const [method, given] of methods) answers.push(sharesOf(method, bound, { kind, given }));
    return blocks.flatMap((block) =>
      (["group", "run"] as const).flatMap((weighting) => {
        const best = optimum(block, bound, weighting);
        const row = (method: string, selection: Selection, decided: Decided): EvaluateRow =>
          rowOf(block, decided, { method, selection, bound, weighting, hindsightSaving: best.mean });
        return [
          ...fixed.map(({ name, decided }) => row(name, "promise", decided)),
          ...methods.flatMap(([method, given]) => [
            row(
              method,
              "promise",
              decidedBy(rows, given, () => true),
            ),
            row(
              method,
              "certified",
              decidedBy(rows, given, ({ status }) => status === "certified"),
            ),
          ]),
          row("hindsight", "frontier", { ...best, rows }),
        ];
      }),
    );
  });
  const nGroups = new Set(rows.map((row) => study.experience.groups[row])).size;
  return [{ nRuns: rows.length, nGroups, rows: found, answers }];
}

/** What the policy at the start, and the learned stopper, would have done to each run. */
function methodsUnder(
  model: StopwiseModel,
  { experience }: Study,
  { rows, bound }: { rows: readonly number[]; bound: Bound },
): [string, Answered[]][] {
  const criteria = learnedCriteria(model);
  const start: Answered[] = [];
  const learned: Answered[] = [];
  for (const row of rows) {
    const [task, curve] = [taskOf(experience.runs[row]!), experience.curves[row]!];
    const answer = recommendFrom(model, task, {
      bound: bound.kind,
      maxLoss: bound.maxEmLoss,
      ...(bound.alpha === undefined ? {} : { alpha: bound.alpha }),
    });
    start.push({ status: answer.status, ...replay(answer.policy, curve, { task }) });
    const beside = answer.advice["learned"] as LearnedAnswer | undefined;
    learned.push(
      beside === undefined
        ? { status: "abstained", saving: 0, emLoss: 0 }
        : {
            status: beside.status,
            ...replay(beside.policy, curve, { task, criteria, modelHash: model.hash }),
          },
    );
  }
  return [
    ["recommend", start],
    ["learned", learned],
  ];
}

function decidedBy(
  rows: readonly number[],
  given: readonly Answered[],
  stops: (answer: Answered) => boolean,
): Decided {
  return {
    rows,
    saving: given.map((answer) => (stops(answer) ? answer.saving : 0)),
    emLoss: given.map((answer) => (stops(answer) ? answer.emLoss : 0)),
  };
}

function sharesOf(
  method: string,
  bound: Bound,
  { kind, given }: { kind: Kind; given: readonly Answered[] },
): AnswerShares {
  const share = (status: Answered["status"]): number =>
    given.filter((answer) => answer.status === status).length / given.length;
  return {
    method,
    kind,
    bound: rowBound(bound),
    nRuns: given.length,
    certified: share("certified"),
    uncertified: share("uncertified"),
    abstained: share("abstained"),
  };
}
