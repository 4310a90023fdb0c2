import type { Bound } from "../certificates/bound.ts";
import type { MetricClass } from "@stopwise/core";
import type { Calibration } from "./calibration.ts";
import type { LearnedAnswer } from "./learned-part.ts";

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

/** Answers to questions that hold for every task of a population: worked out once, and kept in the model's file. */
export class Answers {
  readonly calibrations: Map<string, Calibration>;
  /** Null where there is no learned criterion. */
  readonly learned: Map<string, LearnedAnswer | null>;

  constructor(text?: string) {
    const frozen: FrozenAnswers =
      text === undefined ? { calibrations: [], learned: [] } : (JSON.parse(text) as FrozenAnswers);
    this.calibrations = new Map(
      frozen.calibrations.map(([name, answer]) => [name, { ...answer, tau: answer.tau ?? Infinity }]),
    );
    this.learned = new Map(frozen.learned);
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
