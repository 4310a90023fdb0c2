import type { Policy, SimplePolicy, Task } from "@stopwise/core";
import type { TrainerSemantics, TrainerSettings } from "./semantics/trainer-semantics.ts";

/** How faithfully a trainer carries out one field of a policy. */
export interface Fidelity {
  readonly field: string;
  readonly fidelity: "exact" | "approximate" | "impossible";
  readonly note: string;
}

/** What a trainer can do about a policy; the one place where this is said. */
export interface Expressed {
  /** The worst of the fields. */
  readonly fidelity: Fidelity["fidelity"];
  readonly fields: readonly Fidelity[];
  /** The policy that the trainer really carries out; the asked one where that is exact, null where it is impossible. */
  readonly carried: Policy | null;
  /** What to use where it is impossible. */
  readonly instead?: string;
  /** On which runs the trainer parts from what is carried out; undefined where on none. */
  readonly unless?: MissingValue;
}

/** What a run may lack so that a trainer's own rule parts from the policy. */
export type MissingValue = "the first value is missing" | "a value is missing";

/** What the policy that is carried out does beside the one that was asked for, on past runs. */
export interface Difference {
  readonly nRuns: number;
  /** Mean saving of the carried policy minus that of the asked one, a share of the cost. */
  readonly saving: number;
  /** Mean loss of the carried policy minus that of the asked one, absolute. */
  readonly emLoss: number;
}

/** What a user pastes, and where. */
export interface Snippet {
  readonly language: "python" | "javascript" | "yaml" | "json" | "shell";
  /** The file or place that it goes into, in words. */
  readonly into: string;
  readonly text: string;
}

/** A trainer's own settings for a policy. */
export interface TrainerConfig {
  readonly target: string;
  /** Release that the names suit. */
  readonly version: string;
  /** Settings by the class or file that takes them, ready to be written as JSON. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  /** The same as a user pastes them. */
  readonly snippet: Snippet;
  readonly fidelity: readonly Fidelity[];
  /** Set where the policy is approximate and past runs were given to measure it on. */
  readonly difference?: Difference & { readonly sentence: string };
}

/** What settings need besides the policy. */
export interface ConfigContext {
  readonly task: Task;
  /** Release of the trainer, e.g. `4.40.2`; the newest known by default. */
  readonly version?: string | undefined;
  /** Scale on which the trainer logs the score: `percent` multiplies margins and levels by 100. Default `unit`. */
  readonly scale?: "unit" | "percent" | undefined;
  /** Measures an approximation on past runs. */
  readonly measure?: ((asked: Policy, carried: Policy) => Difference) | undefined;
}

/** The stop that a trainer's settings hold, as numbers for its own rule. */
export interface HeldStop {
  readonly monitor: SimplePolicy["monitor"];
  /** Settings of the trainer's rule; null where the settings never stop a run. */
  readonly rule: Omit<TrainerSettings, "precision"> | null;
  /** Evaluations, or optimiser steps, that do not take place or are passed over. */
  readonly skipped?: { readonly evals: number } | { readonly steps: number };
  readonly delivery: SimplePolicy["delivery"];
}

/** Turns policies into one trainer's settings: one folder each. */
export interface Trainer {
  /** As `--target` takes it. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  readonly aliases: readonly string[];
  /** The release that its settings are written for unless told otherwise. */
  readonly newest: string;
  /** What is recommended beside or in place of its own stopper. */
  readonly advice: string;
  /** Its own stopping rule, where it has one. */
  readonly semantics?: TrainerSemantics;
  /**
   * What it can do about a policy in a release of the trainer; the newest known by default.
   *
   * @throws {InvalidInputError} when the version is no release
   */
  readonly expressible: (policy: Policy, version?: string) => Expressed;
  /** Whether a warm-up can be expressed for this task; trainers that count it in steps need the planned steps. */
  readonly takesWarmup: (task: Task) => boolean;
  /** @throws {InvalidInputError} when the policy is impossible or the context lacks what the settings need. */
  readonly configOf: (policy: Policy, context: ConfigContext) => TrainerConfig;
  /** Reads emitted settings back; undefined where they hold the policy itself. */
  readonly heldStop?: (settings: TrainerConfig["settings"]) => HeldStop;
}
