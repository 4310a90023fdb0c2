import type { Json, Monitor, NanRule, SimplePolicy } from "@stopwise/core";
import type * as z from "zod/mini";
import type { SeriesWork, StopperContext, StreamingCriterion } from "./contract.ts";

/** What a criterion is set up with: validated parameters and the fields of the policy that concern it. */
export interface CriterionSetup<P> {
  readonly params: P;
  readonly monitor: Monitor;
  readonly direction: "max" | "min";
  readonly nan: NanRule;
}

/** Which published or trainer parameter the policy's threshold stands for. */
export interface NestedParameter {
  /** The name that papers and trainers give it, e.g. `patience`. */
  readonly name: string;
  /** Unit in words. */
  readonly unit: string;
  /** A higher threshold never stops earlier, so `higher` is the safer direction for every criterion here. */
  readonly safer: "higher";
  /** Whether only whole numbers make sense. */
  readonly integer: boolean;
}

/** Validated parameters of any criterion. */
export type CriterionParams = Readonly<Record<string, unknown>>;

/** A stopping criterion: one file each under `criteria/`. */
export interface CriterionDefinition<P = CriterionParams> {
  readonly name: string;
  /** Author, year, equation; or the trainer it comes from. */
  readonly source: string;
  readonly schema: z.ZodMiniType<P>;
  readonly nested: NestedParameter;
  /** The comparison that the source uses and that a policy gets unless it says otherwise. */
  readonly compare: ">=" | ">";
  /** Monitor that a policy gets unless it says otherwise. */
  readonly monitor?: Monitor;
  /** Parameter sets worth trying: what portfolios, documents and the contract suite go through. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
  /**
   * What the statistic is proportional to when steps and tokens are counted in another unit; `none` when it does not
   * change.
   */
  scalesWith?(params: P): "none" | "steps" | "tokens";
  /** Thresholds from eager to patient: what portfolios and tests try. */
  readonly thresholds: readonly number[];
  /** Starts the criterion for one run. */
  create(setup: CriterionSetup<P>, context: StopperContext, state?: Json): StreamingCriterion;
  /**
   * Optional shortcut for replay: writes the statistic of a whole curve, equal to what `observe` gives from a fresh start
   * at checkpoint `from`, without an object per checkpoint.
   */
  fill?(setup: CriterionSetup<P>, work: SeriesWork): void;
  /** The condition in words, to follow "Stop when ". */
  describe(policy: SimplePolicy, params: P): string;
  /** Rules that tie several parameters together: a message when broken. */
  check?(policy: SimplePolicy, params: P): string | undefined;
}

/** Whether a statistic reaches a threshold; `null` is never reached, NaN never reaches. */
export function crosses(value: number, threshold: number | null, compare: ">=" | ">"): boolean {
  if (threshold === null) return false;
  return compare === ">=" ? value >= threshold : value > threshold;
}
