import type * as z from "zod/mini";
import type { NestedParameter } from "@stopwise/policies";
import type { Ballot } from "./ballot.ts";

/** A stopping criterion over the sampled answers of one question: one file each. */
export interface AnswerCriterion<P = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** Author, year, equation. */
  readonly source: string;
  readonly schema: z.ZodMiniType<P>;
  readonly nested: NestedParameter;
  /** Parameter sets and thresholds worth trying, from eager to patient. */
  readonly examples: readonly Readonly<Record<string, unknown>>[];
  readonly thresholds: readonly number[];
  /**
   * The statistic after the latest answer; NaN while there is none, Infinity where no further answer can change the
   * outcome.
   *
   * @param ballot the votes so far
   * @param params validated parameters
   * @param planned samples that would be taken without stopping; NaN where unknown
   */
  statistic(ballot: Ballot, params: P, planned: number): number;
  /** The condition in words, to follow "Stop when ". */
  describe(threshold: number, params: P): string;
}
