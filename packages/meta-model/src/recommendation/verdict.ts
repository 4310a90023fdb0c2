import type { Certificate, Delivery, Recommendation, SimplePolicy } from "@stopwise/core";
import { missingGroups } from "../certificates/missing-groups.ts";
import { paretoFront } from "../choice/pareto.ts";
import { chosenSetting, restricted, type Calibration, type Question } from "../model/calibration.ts";
import { certificateOf } from "./certificate-of.ts";
import type { RecommendOptions } from "./options.ts";
import type { StartModel, StartPrediction } from "../model/start-model.ts";
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
  readonly distance: { readonly value: number; readonly gate: number };
  readonly options: Pick<RecommendOptions, "delivery" | "pointWorth">;
  readonly scope: Certificate["scope"];
  /** Evaluations planned, where known. */
  readonly evals: number | null | undefined;
}

/** Whether patience in evaluations is longer than the run: such a policy lets it go to its end. */
function neverFires(policy: SimplePolicy, evals: number | null | undefined): boolean {
  if (policy.threshold === null || policy.criterion !== "staleness" || policy.params["unit"] !== "evals") {
    return policy.threshold === null;
  }
  return policy.threshold + (policy.warmup?.evals ?? 0) >= (evals ?? Infinity);
}

/** The policy under the bound, or why the run goes to its end. */
export function decide(start: StartModel, it: Case): Verdict {
  const { question, calibration, prediction, distance, options } = it;
  const { bound, metricClass } = question;
  const missing = missingGroups(bound, calibration.nGroups);
  const verdict = (
    status: Recommendation["status"],
    setting: number,
    extra: Partial<Certificate> = {},
  ): Verdict => {
    const policy = start.grid.policyOf(setting);
    if (setting > 0 && neverFires(policy, it.evals)) {
      const reason = `only policies that cannot stop a run of ${it.evals ?? 0} evaluations are predicted to keep the bound`;
      return verdict("abstained", 0, { reason });
    }
    const subject = { bound, metricClass, nGroups: calibration.nGroups, scope: it.scope };
    const lacking = missing > 0 ? { missingGroups: missing } : {};
    const certificate = certificateOf(subject, status, { ...lacking, ...extra });
    return { setting, policy: delivered(policy, options.delivery), answer: { status, certificate } };
  };
  if (distance.value > distance.gate) {
    const reason = "the task is further from every past run than past groups are from each other";
    return verdict("abstained", 0, { reason });
  }
  const base = chosenSetting(start, prediction.prediction, { ...question, rule: calibration.rule });
  const cautious = chosenSetting(start, prediction.prediction, {
    ...question,
    rule: calibration.cautiousRule,
  });
  if (base === 0 && cautious === 0) {
    return verdict("abstained", 0, { reason: "no stopping is predicted to keep the bound" });
  }
  if (missing > 0) {
    const unit = it.scope === "same-task" ? "configurations" : "groups";
    const reason = `${missing} more calibration ${unit} are needed`;
    return verdict(cautious === 0 ? "abstained" : "uncertified", cautious, {
      missingGroups: missing,
      reason,
    });
  }
  if (options.delivery === "last") {
    return verdict("uncertified", cautious, { reason: "outcomes are calibrated for the best checkpoint" });
  }
  const shifted = start.grid.shifted(base, calibration.tau);
  if (shifted > 0) return verdict("certified", shifted);
  const reason = "the calibration groups certify no stopping at this bound";
  return verdict(cautious === 0 ? "abstained" : "uncertified", cautious, { reason });
}

/** A policy that delivers the checkpoint that was asked for. */
export function delivered(policy: SimplePolicy, delivery: Delivery | undefined): SimplePolicy {
  return delivery === undefined || delivery === policy.delivery ? policy : { ...policy, delivery };
}

/** Candidates that no other beats in both predicted saving and predicted loss, by rising loss; never-stop is the first. */
export function frontOf(
  start: StartModel,
  { prediction }: StartPrediction,
  question: Question,
): FrontPoint[] {
  const { allowed, bound } = question;
  const room = start.choiceRoom(allowed.length);
  const { saving, risk } = restricted(prediction, { ...bound, kind: "mean" }, allowed, room);
  return paretoFront(saving, risk).map((k) => ({
    setting: start.header.candidates[allowed[k]!]!,
    saving: saving[k]!,
    emLoss: risk[k]!,
  }));
}

/** The decision under the bound, or, where a point of loss has a worth, the weighted choice, which is not certified. */
export function weighed(
  start: StartModel,
  it: Case,
  { decided, front }: { decided: Verdict; front: readonly FrontPoint[] },
): Verdict {
  const { options, distance, calibration } = it;
  if (options.pointWorth === undefined || distance.value > distance.gate) return decided;
  const { setting, isDecided } = weightedSetting(front, decided.setting, options.pointWorth);
  if (isDecided && setting > 0) return decided;
  const policy = start.grid.policyOf(setting);
  const isIdle = neverFires(policy, it.evals);
  const status = isIdle ? "abstained" : "uncertified";
  const reason = isIdle ? "no saving is predicted to be worth its loss" : notFixedBeforehand;
  const subject = { ...it.question, nGroups: calibration.nGroups, scope: it.scope };
  return {
    setting: isIdle ? 0 : setting,
    policy: delivered(isIdle ? start.grid.policyOf(0) : policy, options.delivery),
    answer: { status, certificate: certificateOf(subject, status, { reason }) },
  };
}
