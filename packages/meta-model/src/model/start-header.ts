import type { CostUnit, MetricClass, Regime } from "@stopwise/core";
import type { Smoothing } from "@stopwise/learners";
import type { ChoiceRule } from "../choice/choose.ts";
import type { FactRanges } from "../population/facts.ts";
import type { PolicyFamily } from "../portfolio/policy-family.ts";

/** What is told of the runs that a part keeps, each `[nRuns]`; a section of its own, read when the part is asked. */
export interface KeptRunFacts {
  readonly classes: readonly MetricClass[];
  /** Evaluations planned, null where unknown. */
  readonly evals: readonly (number | null)[];
  readonly ids: readonly string[];
  /** Each run for a person. */
  readonly names: readonly string[];
}

/** The part of a model's header that is about one population. */
export interface StartHeader {
  readonly regime: Regime;
  readonly kind: "quality" | "loss";
  /** Runs and groups that the part was learned from and calibrated on. */
  readonly nRuns: number;
  readonly nGroups: number;
  /** Calibration runs that were left out because nobody told their group. */
  readonly nUntold: number;
  readonly families: readonly PolicyFamily[];
  /** Settings that predictions are made for; 0, never-stop, is the first. */
  readonly candidates: readonly number[];
  readonly rule: ChoiceRule["kind"];
  readonly estimator: "constant" | "kernel" | "forest";
  readonly smoothing: Smoothing;
  /** Where the facts that a certificate needs lie in the past runs. */
  readonly ranges: FactRanges;
  readonly kinds: readonly ("number" | "category")[];
  readonly costUnit: CostUnit;
  /** Metric classes of the runs that it keeps. */
  readonly classes: readonly MetricClass[];
  /** Groups that calibrate. */
  readonly nCalibrationGroups: number;
}
