import { clipOf, levelOf, type Bound } from "../certificates/bound.ts";

/** Outcomes that a rule gave, with the weights that runs are judged by. */
export interface Judged {
  /** `[nRuns]` */
  readonly saving: ArrayLike<number>;
  /** `[nRuns]` */
  readonly emLoss: ArrayLike<number>;
}

/** Mean saving and mean risk of what a rule gave, and the standard error of the risk over groups. */
export interface Quality {
  readonly saving: number;
  readonly risk: number;
  readonly riskError: number;
}

/** What is kept free under the level of a bound. */
export interface Margin {
  /** In standard errors of the risk. */
  readonly caution: number;
  /** Calibration groups to come, whose rule (n risk + B) / (n + 1) shall be kept as well; none when absent. */
  readonly nCalibration?: number;
}

/** Whether out-of-fold quality keeps a bound with a margin: risk + caution x standard error stays under its level. */
export function isSafe(
  quality: Quality,
  bound: Bound,
  { caution, nCalibration = Infinity }: Margin,
): boolean {
  const { risk, riskError } = quality;
  const cautious = risk === 0 && riskError === 0 ? 0 : risk + caution * riskError;
  const inflated =
    nCalibration === Infinity ? cautious : (nCalibration * cautious + clipOf(bound)) / (nCalibration + 1);
  return inflated <= levelOf(bound) + 1e-12;
}
