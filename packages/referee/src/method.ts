import type { Bound, LevelOutcomes } from "@stopwise/meta-model";
import type { Fold, Study } from "./study.ts";

/** One way of turning a level into decisions, on the training runs (held out by group) and on the judged ones. */
export interface Path {
  readonly name: string;
  /** Rows in the order of `fold.train`. */
  readonly train: LevelOutcomes;
  /** Rows in the order of `fold.judged`. */
  readonly judged: LevelOutcomes;
}

/** What a certificate needs: a base that the fit half chose, and a family of settings around it, safest first. */
export interface CertifiedPath {
  /** Rows in the order of `fold.calibration`; level 0 is never-stop. */
  readonly calibration: LevelOutcomes;
  /** Rows in the order of `fold.judged`. */
  readonly judged: LevelOutcomes;
}

/** The question that a method answers: bound, weighting and the runs that count. */
export interface Ask {
  readonly bound: Bound;
  readonly weighting: "group" | "run";
  /** Whether a row of the experience belongs to the block that is asked about. */
  readonly counts: (row: number) => boolean;
  /** Standard errors of the training risk kept free under the bound. */
  readonly caution: number;
}

/** A method whose scalar is fitted. */
export interface Method {
  readonly name: string;
  /**
   * How bad a further group is taken to be when a promise is made: `observed`, as the groups that lose; `largest`, as the
   * one that loses most, for rules that nothing holds back in the run, so that one late rise can cost all of it.
   */
  readonly severity: "observed" | "largest";
  /** Every path of a fold under the kind of risk that is asked for; levels mean the same in every fold. */
  paths(study: Study, fold: Fold, bound: Bound): readonly Path[];
  /** The family of settings that a certificate moves along. */
  certifiedPath(study: Study, fold: Fold, ask: Ask): CertifiedPath;
}

/** A rule with nothing to fit. */
export interface FixedRule {
  readonly name: string;
  /** Checkpoint at which each judged run stops, `[nJudged]`; the last one is a run to its end. */
  stops(study: Study, fold: Fold): Int32Array;
  /** Its outcome does not depend on the bound; never-stop keeps every one. */
  readonly certified?: boolean;
}
