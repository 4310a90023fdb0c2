import type { MetricClass } from "@stopwise/core";
import type { Bound } from "../certificates/bound.ts";
import { calibrate } from "../certificates/calibrate.ts";
import { choose, chooseAlong, choiceLevels, type ChoiceRule } from "../choice/choose.ts";
import { isSafe, type Margin, type Quality } from "../choice/decision-quality.ts";
import { riskInto, type PolicyPrediction } from "../choice/prediction.ts";
import { tauGrid } from "../portfolio/policy-family.ts";
import { levelQualities, sampleOf } from "../choice/level-quality.ts";
import { dequantised } from "../file/quantised.ts";
import type { ChoiceRoom, KeptRuns, StartModel } from "./start-model.ts";

/** What a recommendation is asked for, apart from the task. */
export interface Question {
  readonly bound: Bound;
  readonly metricClass: MetricClass;
  /** Positions in the candidates that may be chosen. */
  readonly allowed: readonly number[];
}

/** The answer to a question that holds for every task: how policies are chosen, and how far they are shifted. */
export interface Calibration {
  /** Rule under which held-out decisions on the fit runs kept the bound. */
  readonly rule: ChoiceRule;
  /** The same with half a standard error to spare: what is recommended where nothing is certified. */
  readonly cautiousRule: ChoiceRule;
  /** Shift that calibration chose; +infinity is never-stop. */
  readonly tau: number;
  readonly nGroups: number;
}

/** Groups of the asked class below which rules are chosen on runs of every class. */
const fewGroups = 8;

/** Restricts a prediction to the candidates that may be chosen; into new arrays where no room is given. */
export function restricted(
  prediction: PolicyPrediction,
  bound: Bound,
  allowed: readonly number[],
  room?: ChoiceRoom,
): Pick<ChoiceRoom, "saving" | "risk"> {
  const risks = riskInto(room?.risks, prediction, bound);
  const { saving, risk } = room ?? {
    saving: new Float64Array(allowed.length),
    risk: new Float64Array(allowed.length),
  };
  for (let k = 0; k < allowed.length; k++) {
    saving[k] = prediction.saving[allowed[k]!]!;
    risk[k] = risks[allowed[k]!]!;
  }
  return { saving, risk };
}

/** The setting that a rule chooses for a task. */
export function chosenSetting(
  model: StartModel,
  prediction: PolicyPrediction,
  { bound, allowed, rule }: Pick<Question, "bound" | "allowed"> & { rule: ChoiceRule },
): number {
  const { saving, risk } = restricted(prediction, bound, allowed, model.choiceRoom(allowed.length));
  return model.header.candidates[allowed[choose(saving, risk, rule)]!]!;
}

function ofClass(runs: KeptRuns, metricClass: MetricClass): number[] {
  return Array.from({ length: runs.nRuns }, (_, run) => run).filter(
    (run) => runs.complete[run] === 1 && runs.classes[run] === metricClass,
  );
}

/** Runs of the fit part that rules are chosen on: of the asked class where it has groups enough, else all. */
function ruleRuns({ fit }: StartModel, metricClass: MetricClass): number[] {
  const own = ofClass(fit, metricClass);
  if (new Set(own.map((run) => fit.groups[run])).size >= fewGroups) return own;
  return Array.from({ length: fit.nRuns }, (_, run) => run).filter((run) => fit.complete[run] === 1);
}

/** Quality of every level on held-out decisions of the fit runs. */
function ruleQualities(model: StartModel, question: Question, levels: readonly number[]): Quality[] {
  const { fit, grid, header } = model;
  const runs = ruleRuns(model, question.metricClass);
  const saving = new Float32Array(runs.length * levels.length);
  const emLoss = new Float32Array(runs.length * levels.length);
  const room = model.choiceRoom(question.allowed.length);
  runs.forEach((run, index) => {
    const part = restricted(model.keptPrediction(fit, run), question.bound, question.allowed, room);
    chooseAlong(part.saving, part.risk, { kind: header.rule, levels }).forEach((chosen, k) => {
      const cell = run * grid.nSettings + header.candidates[question.allowed[chosen]!]!;
      saving[index * levels.length + k] = dequantised(fit.saving[cell]!);
      emLoss[index * levels.length + k] = dequantised(fit.emLoss[cell]!);
    });
  });
  const sample = sampleOf(
    runs.map((_, index) => index),
    (index) => fit.groups[runs[index]!]!,
    "group",
  );
  return levelQualities(
    { nRuns: runs.length, nLevels: levels.length, saving, emLoss },
    sample,
    question.bound,
  );
}

function bestLevel(
  qualities: readonly Quality[],
  levels: readonly number[],
  { bound, ...margin }: { bound: Bound } & Margin,
): number {
  let best = 0;
  qualities.forEach((quality, k) => {
    if (isSafe(quality, bound, margin) && quality.saving > (qualities[best]?.saving ?? 0)) best = k;
  });
  return levels[best] ?? 0;
}

/**
 * Answers a question for all tasks at once: the rule from the fit runs alone, then the shift from the calibration runs of
 * the asked class whose distance passes the gate.
 */
export function calibrateFor(model: StartModel, question: Question): Calibration {
  const { header, calibration, grid } = model;
  const { bound, metricClass } = question;
  const levels = choiceLevels[bound.kind === "tail" ? "tail" : "mean"][header.rule];
  const qualities = ruleQualities(model, question, levels);
  const ruleAt = (margin: Margin): ChoiceRule => ({
    kind: header.rule,
    level: bestLevel(qualities, levels, { bound, ...margin }),
  });
  const runs = ofClass(calibration, metricClass).filter((run) => calibration.distances[run]! <= header.gate);
  const groups = runs.map((run) => `${calibration.groups[run]}`);
  const rule = ruleAt({ caution: 0, nCalibration: new Set(groups).size });
  const loss = new Float64Array(runs.length * tauGrid.length);
  runs.forEach((run, index) => {
    const base = chosenSetting(model, model.keptPrediction(calibration, run), { ...question, rule });
    tauGrid.forEach((tau, k) => {
      const cell = run * grid.nSettings + grid.shifted(base, tau);
      loss[index * tauGrid.length + k] = dequantised(calibration.emLoss[cell]!);
    });
  });
  const { setting, nGroups } = calibrate({ loss, nSettings: tauGrid.length, groups }, bound);
  return {
    rule,
    cautiousRule: ruleAt({ caution: 0.5 }),
    tau: tauGrid[setting]!,
    nGroups,
  };
}
