import type * as z from "zod/mini";

/** What a trainer's stopper is set to. */
export interface TrainerSettings<O = Readonly<Record<string, unknown>>> {
  /** Which way is better. */
  readonly mode: "max" | "min";
  /** Handed to the trainer as it is. */
  readonly patience: number;
  /** Handed to the trainer as it is. */
  readonly minDelta: number;
  /** The trainer's own further options, by their names in camel case. */
  readonly options: O;
  /** `float32` rounds where the trainer's real runs do; `double` computes as ordinary JavaScript does. */
  readonly precision: "double" | "float32";
}

/** A trainer's stopper at work on one run: takes the next value, gives the reason to stop or null to go on. */
export type TrainerStopper = (value: number) => string | null;

/** One trainer's own stopping rule: one file each. */
export interface TrainerSemantics<O = Readonly<Record<string, unknown>>> {
  readonly name: string;
  /** The class and the version whose behaviour this is. */
  readonly source: string;
  /** Other names that it answers to. */
  readonly aliases: readonly string[];
  /** Schema of `options`. */
  readonly options: z.ZodMiniType<O>;
  /** The option that makes the trainer pass over the first n evaluations; undefined where it has none. */
  readonly skipOption?: string;
  /** The option that leaves the first n evaluations out of the count while they move the best. */
  readonly uncountedOption?: string;
  /** The role of its option `baseline`; undefined where it has none. */
  readonly baselineRole?: "gate" | "reference";
  /** Starts the rule for one run. */
  start(settings: TrainerSettings<O>): TrainerStopper;
}

/** 1 when more is better, -1 when less is: values times sign are "more is better". Negation is exact. */
export function signOf(mode: "max" | "min"): 1 | -1 {
  return mode === "max" ? 1 : -1;
}

/** How a trainer rounds: to single precision or not at all. */
export function rounding(precision: "double" | "float32"): (value: number) => number {
  return precision === "float32" ? Math.fround : (value) => value;
}

/** The reason of a stop by a counter, in words. */
export function patienceReason(stopper: string, count: number, patience: number): string {
  return `${stopper}: ${count} evaluations without enough improvement, patience ${patience}.`;
}
