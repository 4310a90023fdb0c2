import type { Policy, Task } from "@stopwise/core";

/** How faithfully a trainer carries out one field of a policy. */
export interface Fidelity {
  readonly field: string;
  readonly fidelity: "exact" | "approximate" | "impossible";
  readonly note: string;
}

/** A trainer's own settings for a policy. */
export interface TrainerConfig {
  readonly target: string;
  /** Release that the names suit. */
  readonly version: string;
  /** Settings by the class or file that takes them, ready to be written as JSON. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly fidelity: readonly Fidelity[];
}

/** What an adapter needs besides the policy. */
export interface ConfigContext {
  readonly task: Task;
  /** Release of the trainer, e.g. `4.40.2`; the newest known by default. */
  readonly version?: string | undefined;
}

/** Turns policies into one trainer's settings. */
export interface Adapter {
  readonly target: string;
  readonly aliases: readonly string[];
  /** Why this trainer cannot carry out the policy exactly; empty when it can. */
  readonly obstacles: (policy: Policy) => readonly string[];
  /** Whether a warm-up can be expressed for this task; trainers that count it in steps need the planned steps. */
  readonly takesWarmup: (task: Task) => boolean;
  /** @throws InvalidInputError when the policy has an obstacle or the context lacks what the settings need. */
  readonly configOf: (policy: Policy, context: ConfigContext) => TrainerConfig;
}
