import type { MetricClass } from "@stopwise/core";
import type { Bound } from "../certificates/bound.ts";
import { calibrate } from "../certificates/calibrate.ts";
import { choose, chooseAlong, choiceLevels, type ChoiceRule } from "../choice/choose.ts";
import { isSafe, type Margin, type Quality } from "../choice/decision-quality.ts";
import { riskInto, type PolicyPrediction } from "../choice/prediction.ts";
import { tauGrid } from "../portfolio/policy-family.ts";
import { levelQualities, sampleOf } from "../choice/level-quality.ts";
import { dequantised } from "../file/quantised.ts";
import type { Calibration } from "./answers.ts";
import type { ChoiceRoom, KeptRuns, StartModel } from "./start-model.ts";

/** What a recommendation is asked for, apart from the task. */
export interface Question {
  readonly bound: Bound;
  readonly metricClass: MetricClass;
  /** Positions in the candidates that may be chosen. */
  readonly allowed: readonly number[];
}

/** Groups of the asked class below which rules are chosen on runs of every class. */
const fewGroups = 8;

/** Restricts a prediction to the candidates that may be chosen; into new arrays where no room is given. */
export function restricted(
  prediction: PolicyPrediction,
  { bound, allowed }: Pick<Question, "bound" | "allowed">,
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

/** The same for a run of so many evaluations: what cannot stop before the last one saves nothing, and is not chosen. */
export function restrictedFor(
  model: StartModel,
  prediction: PolicyPrediction,
  { evals, ...question }: Pick<Question, "bound" | "allowed"> & { evals: number | null | undefined },
): Pick<ChoiceRoom, "saving" | "risk"> {
  const { allowed } = question;
  const part = restricted(prediction, question, model.choiceRoom(allowed.length));
  for (let k = 0; k < allowed.length; k++) {
    if (!model.canSave(model.header.candidates[allowed[k]!]!, evals)) part.saving[k] = 0;
  }
  return part;
}

/** A question with the rule that settings are chosen by, for a run of so many evaluations. */
export type RuledQuestion = Pick<Question, "bound" | "allowed"> & {
  readonly rule: ChoiceRule;
  readonly evals: number | null | undefined;
};

/** The setting that a rule chooses for a task; 0 where it chooses to go on to the end. */
export function chosenSetting(
  model: StartModel,
  prediction: PolicyPrediction,
  { rule, ...question }: RuledQuestion,
): number {
  const { saving, risk } = restrictedFor(model, prediction, question);
  return model.header.candidates[question.allowed[choose(saving, risk, rule)]!]!;
}

/**
 * The setting that suits all tasks alike at a shift, made as patient as it can be and still save something: the choice on
 * what is expected of every task, among settings that can save something once they are shifted. 0 where there is none.
 */
export function sharedSetting(model: StartModel, { rule, ...question }: RuledQuestion, tau: number): number {
  const { allowed, evals } = question;
  const { saving, risk } = restrictedFor(model, model.overall, question);
  const shiftedAt = (k: number): number => model.grid.shifted(model.header.candidates[allowed[k]!]!, tau);
  for (let k = 0; k < allowed.length; k++) if (!model.canSave(shiftedAt(k), evals)) saving[k] = 0;
  return mostPatient(model, shiftedAt(choose(saving, risk, rule)), evals);
}

/**
 * The setting that a certificate speaks of at a shift: the chosen one, shifted, and where that goes on to the end or
 * cannot save anything the one that suits all tasks. Without the latter there is none: so whether a task can have a
 * certificate depends on its evaluations alone, never on what else is told.
 */
export function settingAt(
  model: StartModel,
  { base, shared, evals }: { base: number; shared: number; evals: number | null | undefined },
  tau: number,
): number {
  const own = model.grid.shifted(base, tau);
  return shared > 0 && model.canSave(own, evals) ? own : shared;
}

/** The most patient setting of a setting's family, itself at most, that can save something; 0 where it cannot itself. */
export function mostPatient(model: StartModel, setting: number, evals: number | null | undefined): number {
  if (!model.canSave(setting, evals)) return 0;
  let patient = model.grid.startOf(model.grid.familyOf(setting));
  while (!model.canSave(patient, evals)) patient++;
  return patient;
}

/** Runs of a class that reached their plan. */
export function ofClass(runs: KeptRuns, metricClass: MetricClass): number[] {
  return Array.from({ length: runs.nRuns }, (_, run) => run).filter(
    (run) => runs.complete[run] === 1 && runs.classes[run] === metricClass,
  );
}

/** Runs of the fit part that rules are chosen on: of the asked class where it has groups enough, else all. */
export function ruleRuns({ fit }: StartModel, metricClass: MetricClass): number[] {
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
  runs.forEach((run, index) => {
    const asked = { ...question, evals: fit.evals[run] };
    const part = restrictedFor(model, model.keptPrediction(fit, run), asked);
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
 * the asked class that lie inside the population's range.
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
  const runs = ofClass(calibration, metricClass).filter((run) => calibration.inside[run] === 1);
  const groups = runs.map((run) => `${calibration.groups[run]}`);
  const rule = ruleAt({ caution: 0, nCalibration: new Set(groups).size });
  const loss = new Float64Array(runs.length * tauGrid.length);
  // Runs of as many evaluations share it.
  const shared = new Map<number | null | undefined, number[]>();
  const sharedFor = (ruled: RuledQuestion): number[] => {
    const known = shared.get(ruled.evals) ?? tauGrid.map((tau) => sharedSetting(model, ruled, tau));
    shared.set(ruled.evals, known);
    return known;
  };
  runs.forEach((run, index) => {
    const evals = calibration.evals[run];
    const ruled = { ...question, rule, evals };
    const base = chosenSetting(model, model.keptPrediction(calibration, run), ruled);
    const alike = sharedFor(ruled);
    tauGrid.forEach((tau, k) => {
      const cell = run * grid.nSettings + settingAt(model, { base, shared: alike[k]!, evals }, tau);
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
