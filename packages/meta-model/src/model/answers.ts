import type { Bound } from "../certificates/bound.ts";
import type { MetricClass, Recommendation, SimplePolicy } from "@stopwise/core";
import type { ChoiceRule } from "../choice/choose.ts";

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

/** The learned stopper for trainers that can ask at every evaluation, from the same model and bound as the policy. */
export interface LearnedAnswer extends Pick<
  Recommendation,
  "status" | "certificate" | "predicted" | "sentence"
> {
  /** Pins the model by its hash once it is part of a recommendation. */
  readonly policy: SimplePolicy;
}

/** What a question goes by, apart from the task: equal for questions with the same answer. */
export function questionName(bound: Bound, metricClass: MetricClass, allowed = "any"): string {
  return `${bound.kind} ${bound.maxEmLoss} ${bound.alpha ?? ""} ${metricClass} ${allowed}`;
}

/** A calibration as JSON holds it: never stop, +infinity, is null. */
type FrozenCalibration = Omit<Calibration, "tau"> & { readonly tau: number | null };

interface FrozenAnswers {
  readonly calibrations: readonly (readonly [string, FrozenCalibration])[];
  readonly learned: readonly (readonly [string, LearnedAnswer | null])[];
}

/** Settings that are remembered at a time. */
const mostShared = 5000;

/** Answers to questions that hold for every task of a population: worked out once, and kept in the model's file. */
export class Answers {
  readonly calibrations: Map<string, Calibration>;
  /** Null where there is no learned criterion. */
  readonly learned: Map<string, LearnedAnswer | null>;
  /** Settings that suit all tasks, by question and evaluations; not frozen. */
  readonly #shared = new Map<string, number>();

  constructor(text?: string) {
    const frozen: FrozenAnswers =
      text === undefined ? { calibrations: [], learned: [] } : (JSON.parse(text) as FrozenAnswers);
    this.calibrations = new Map(
      frozen.calibrations.map(([name, answer]) => [name, { ...answer, tau: answer.tau ?? Infinity }]),
    );
    this.learned = new Map(frozen.learned);
  }

  /** The setting that suits all tasks of so many evaluations for a question, remembered. */
  shared(name: string, evals: number | null | undefined, workedOut: () => number): number {
    const key = `${name} ${evals ?? ""}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    if (this.#shared.size >= mostShared) this.#shared.clear();
    const setting = workedOut();
    this.#shared.set(key, setting);
    return setting;
  }

  /** As text that the constructor reads. */
  frozen(): string {
    const answers: FrozenAnswers = {
      calibrations: [...this.calibrations].map(([name, answer]) => [
        name,
        { ...answer, tau: answer.tau === Infinity ? null : answer.tau },
      ]),
      learned: [...this.learned],
    };
    return JSON.stringify(answers);
  }
}
