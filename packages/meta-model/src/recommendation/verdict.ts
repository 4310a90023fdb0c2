import type { Certificate, Delivery, Recommendation, SimplePolicy } from "@stopwise/core";
import { levelOf, type Bound } from "../certificates/bound.ts";
import { missingGroups } from "../certificates/missing-groups.ts";
import { paretoFront } from "../choice/pareto.ts";
import { riskOf } from "../choice/prediction.ts";
import {
  chosenSetting,
  mostPatient,
  restrictedFor,
  settingAt,
  sharedSetting,
  type Question,
} from "../model/calibration.ts";
import type { Calibration } from "../model/answers.ts";
import type { StartModel, StartPrediction } from "../model/start-model.ts";
import type { Placement } from "../population/facts.ts";
import { certificateOf } from "./certificate-of.ts";
import type { RecommendOptions } from "./options.ts";
import { notFixedBeforehand, weightedSetting, type FrontPoint } from "./weighted-verdict.ts";

/** What was decided: a setting, the policy it stands for, and what is promised of it. */
export interface Verdict {
  readonly setting: number;
  readonly policy: SimplePolicy;
  readonly answer: Pick<Recommendation, "status" | "certificate">;
}

/** A task in question with all that a decision looks at. */
export interface Case {
  readonly question: Question;
  readonly calibration: Calibration;
  readonly prediction: StartPrediction;
  readonly placement: Placement;
  readonly options: Pick<RecommendOptions, "delivery" | "pointWorth" | "evalCost">;
  readonly scope: Certificate["scope"];
  /** Evaluations planned, where known. */
  readonly evals: number | null | undefined;
  /** The setting that suits all tasks of as many evaluations, worked out when it is first asked for. */
  readonly shared: (workedOut: () => number) => number;
}

/** A number with three digits and the usual letter of its size. */
function sized(value: number): string {
  const [unit, letter] =
    value >= 1e9 ? [1e9, "B"] : value >= 1e6 ? [1e6, "M"] : value >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / unit).toPrecision(3))}${letter}`;
}

/** Why a task can have no certificate whatever the groups say; undefined where it can. */
export function unplaced({ outside, missing }: Placement): string | undefined {
  const beyond = outside.map(
    ({ fact, value, low, high }) =>
      `${fact} ${sized(value)} lies outside the past runs, which have ${sized(low)} to ${sized(high)}`,
  );
  if (beyond.length > 0) return beyond.join("; ");
  return missing.length === 0 ? undefined : `not told: ${missing.join(", ")}`;
}

/** Predicted mean of a loss that a mean bound speaks of. */
function keepsMean(start: StartModel, asked: Case, setting: number): boolean {
  const { bound } = asked.question;
  if (bound.kind === "tail") return true;
  return start.outcomeOf(asked.prediction, setting, asked.evals).emLoss.mean <= bound.maxEmLoss;
}

/** The setting itself or the next more patient one of its family that can save and whose predicted mean keeps a mean bound. */
function safer(start: StartModel, asked: Case, setting: number): number {
  const { grid } = start;
  if (setting === 0) return 0;
  const first = grid.startOf(grid.familyOf(setting));
  for (let next = setting; next >= first && start.canSave(next, asked.evals); next--) {
    if (keepsMean(start, asked, next)) return next;
  }
  return 0;
}

/** The best prediction under a bound where nothing is certified; 0 where nothing is predicted to keep it. */
function uncertifiedSetting(start: StartModel, asked: Case): number {
  const { question, calibration, prediction, evals } = asked;
  const ruled = { ...question, rule: calibration.cautiousRule, evals };
  const own = chosenSetting(start, prediction.prediction, ruled);
  if (own > 0) return safer(start, asked, own);
  // The rule that was learned admits nothing for this question: what is predicted of this task itself may.
  const level = levelOf(question.bound);
  for (const share of [0.5, 1]) {
    const rule = { kind: "constraint", level: share * level } as const;
    const best = safer(
      start,
      asked,
      chosenSetting(start, prediction.prediction, { ...question, rule, evals }),
    );
    if (best > 0) return best;
  }
  const patient = mostPatient(start, chosenSetting(start, start.overall, ruled), evals);
  return patient > 0 && isPredicted(start, asked, patient) ? safer(start, asked, patient) : 0;
}

/** Whether a candidate of the part is predicted to keep the bound; a setting that nothing is predicted for is not. */
function isPredicted(start: StartModel, { question, prediction }: Case, setting: number): boolean {
  const candidate = start.header.candidates.indexOf(setting);
  if (candidate < 0) return false;
  return riskOf(prediction.prediction, question.bound)[candidate]! <= levelOf(question.bound);
}

/** The policy under the bound, or why the run goes to its end. */
export function decide(start: StartModel, asked: Case): Verdict {
  const { question, calibration, prediction, options, evals } = asked;
  const { bound, metricClass } = question;
  const missing = missingGroups(bound, calibration.nGroups);
  const unit = asked.scope === "same-task" ? "configurations" : "groups";
  const verdict = (
    status: Recommendation["status"],
    setting: number,
    extra: Partial<Certificate> = {},
  ): Verdict => {
    const subject = { bound, metricClass, nGroups: calibration.nGroups, scope: asked.scope };
    const lacking = missing > 0 ? { missingGroups: missing } : {};
    const certificate = certificateOf(subject, status, { ...lacking, ...extra });
    const policy = delivered(start.grid.policyOf(setting), options.delivery);
    return { setting, policy, answer: { status, certificate } };
  };
  const uncertified = (reason: string): Verdict => {
    const setting = uncertifiedSetting(start, asked);
    if (setting > 0) return verdict("uncertified", setting, { reason });
    const none = `no stopping is predicted to keep the bound${evals ? ` in ${evals} evaluations` : ""}`;
    return verdict("abstained", 0, { reason: `${none}; ${reason}` });
  };
  const lacks = unplaced(asked.placement);
  if (lacks !== undefined) return uncertified(lacks);
  if (missing > 0) return uncertified(missingReason(start, { missing, unit, bound }));
  if (options.delivery === "last") return uncertified("outcomes are calibrated for the best checkpoint");
  const ruled = { ...question, rule: calibration.rule, evals };
  const base = chosenSetting(start, prediction.prediction, ruled);
  const shared = asked.shared(() => sharedSetting(start, ruled, calibration.tau));
  const certified = safer(start, asked, settingAt(start, { base, shared, evals }, calibration.tau));
  if (certified > 0) return verdict("certified", certified);
  return uncertified("the calibration groups certify no stopping at this bound");
}

function missingReason(
  { header }: StartModel,
  { missing, unit, bound }: { missing: number; unit: string; bound: Bound },
): string {
  const untold =
    header.nUntold === 0
      ? ""
      : `; the group of ${header.nUntold} runs is unknown and counts for none: give each run its task with --group or in stopwise.yaml`;
  return `${missing} more calibration ${unit} are needed for ${bound.kind} ${bound.maxEmLoss}${untold}`;
}

/** A policy that delivers the checkpoint that was asked for. */
export function delivered(policy: SimplePolicy, delivery: Delivery | undefined): SimplePolicy {
  return delivery === undefined || delivery === policy.delivery ? policy : { ...policy, delivery };
}

/** Candidates that no other beats in both predicted saving and predicted loss, by rising loss; never-stop is the first. */
export function frontOf(
  start: StartModel,
  { prediction, question, evals }: Pick<Case, "prediction" | "question" | "evals">,
): FrontPoint[] {
  const { allowed, bound } = question;
  const mean = { allowed, bound: { ...bound, kind: "mean" } as const, evals };
  const { saving, risk } = restrictedFor(start, prediction.prediction, mean);
  return paretoFront(saving, risk).map((k) => ({
    setting: start.header.candidates[allowed[k]!]!,
    saving: saving[k]!,
    emLoss: risk[k]!,
  }));
}

/** The decision under the bound, or, where a point of loss has a worth, the weighted choice, which is not certified. */
export function weighed(
  start: StartModel,
  asked: Case,
  { decided, front }: { decided: Verdict; front: readonly FrontPoint[] },
): Verdict {
  const { options, calibration } = asked;
  if (options.pointWorth === undefined) return decided;
  const { setting, isDecided } = weightedSetting(front, decided.setting, options.pointWorth);
  if (isDecided && setting > 0) return decided;
  const status = setting === 0 ? "abstained" : "uncertified";
  const reason = setting === 0 ? "no saving is predicted to be worth its loss" : notFixedBeforehand;
  const subject = { ...asked.question, nGroups: calibration.nGroups, scope: asked.scope };
  return {
    setting,
    policy: delivered(start.grid.policyOf(setting), options.delivery),
    answer: { status, certificate: certificateOf(subject, status, { reason }) },
  };
}
