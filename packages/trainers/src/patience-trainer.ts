import { InvalidInputError, neverStop, type Policy, type SimplePolicy, type Task } from "@stopwise/core";
import { stalenessSchema } from "@stopwise/policies";
import { cadenceOf, type Cadence } from "./cadence.ts";
import { expressedBy, type StopRule } from "./expressible.ts";
import { watchedMetric, type WatchedMetric } from "./metric.ts";
import { releaseOf } from "./release.ts";
import type { TrainerSemantics } from "./semantics/trainer-semantics.ts";
import type { ConfigContext, Difference, Fidelity, HeldStop, Trainer, TrainerConfig } from "./trainer.ts";

/** What settings are written from. */
export interface Parts {
  /** What is carried out. */
  readonly policy: SimplePolicy;
  readonly task: Task;
  readonly version: string;
  readonly cadence: Cadence;
  readonly metric: WatchedMetric;
  /** Null for a run that is never stopped. */
  readonly patience: number | null;
  /** On the scale that the trainer logs the metric on. */
  readonly minDelta: number;
  /** The same for a baseline; undefined without one. */
  readonly baseline: number | undefined;
  /** Evaluations of the warm-up; 0 without. */
  readonly warmupEvals: number;
  /** Optimiser steps of a warm-up that is told in steps. */
  readonly warmupSteps: number | undefined;
  readonly delivery: SimplePolicy["delivery"];
  readonly nan: SimplePolicy["nan"];
}

/** Settings as data and as text, and what is to be said about them. */
export interface Written {
  readonly settings: TrainerConfig["settings"];
  readonly snippet: TrainerConfig["snippet"];
  readonly notes?: readonly Fidelity[];
}

/** A trainer whose stopper is a patience. */
export interface PatienceTrainer {
  readonly name: string;
  readonly title: string;
  readonly aliases?: readonly string[];
  readonly newest: string;
  /** How a user finds out the release that is installed. */
  readonly find: string;
  readonly advice: string;
  readonly semantics?: TrainerSemantics;
  readonly ruleOf: (version: string) => StopRule;
  /** Whether its warm-up takes the planned steps; default no. */
  readonly warmupTakesSteps?: boolean;
  readonly write: (parts: Parts) => Written;
  /** Reads settings back; left out where they hold the policy itself. */
  readonly heldStop?: (settings: TrainerConfig["settings"]) => HeldStop;
}

function cadenceNotes(task: Task, cadence: Cadence): Fidelity[] {
  if ("steps" in cadence && task.evals) return [];
  const missing = task.evals ? "no planned steps" : "no number of evaluations";
  const note = `the task names ${missing}: give --max-steps and --evals, patience means nothing without the cadence`;
  return [{ field: "evalEvery", fidelity: "approximate", note }];
}

function partsOf(policy: SimplePolicy, { task, scale }: ConfigContext, version: string): Parts {
  const metric = watchedMetric(policy, task);
  const params = stalenessSchema.parse(policy.criterion === "never" ? {} : policy.params);
  const factor = scale === "percent" && !metric.isLoss ? 100 : 1;
  const scaled = (value: number): number => Number((value * factor).toPrecision(12));
  return {
    policy,
    task,
    version,
    cadence: cadenceOf(task, policy),
    metric,
    patience: policy.criterion === "never" ? null : policy.threshold,
    minDelta: scaled(params.minDelta),
    baseline: params.baseline === undefined ? undefined : scaled(params.baseline),
    warmupEvals: policy.warmup?.evals ?? params.countAfter ?? 0,
    warmupSteps: policy.warmup?.evals === undefined ? policy.warmup?.steps : undefined,
    delivery: policy.delivery,
    nan: policy.nan,
  };
}

const signed = (value: number, unit: string): string =>
  `${Math.abs(value)
    .toFixed(2)
    .replace(/\.?0+$/, "")}${unit} ${value < 0 ? "less" : "more"}`;

/** A measured difference in words: "on 837 past runs: saves 1 % less, loses 0.02 points more". */
export function differenceInWords({ nRuns, saving, emLoss }: Difference): string {
  return `on ${nRuns} past runs: saves ${signed(100 * saving, " %")}, loses ${signed(100 * emLoss, " points")}`;
}

function refuse(title: string, fields: readonly Fidelity[], instead: string | undefined): never {
  const why = fields.filter(({ fidelity }) => fidelity === "impossible").map(({ note }) => note);
  throw new InvalidInputError(`${title} cannot carry out this policy: ${why.join("; ")}.`, instead ?? "");
}

/** Makes a trainer of what its stopper can be set to and how its settings are written. */
export function patienceTrainer(own: PatienceTrainer): Trainer {
  const release = (version: string | undefined): string => releaseOf(version, own);
  const expressible = (policy: Policy, version?: string) => expressedBy(own.ruleOf(release(version)), policy);
  const configOf = (policy: Policy, context: ConfigContext): TrainerConfig => {
    const version = release(context.version);
    const { fidelity, fields, carried, instead } = expressible(policy, version);
    if (carried === null || "of" in carried) return refuse(own.title, fields, instead);
    const parts = partsOf(carried, context, version);
    const { settings, snippet, notes = [] } = own.write(parts);
    const difference = fidelity === "approximate" ? context.measure?.(policy, carried) : undefined;
    return {
      target: own.name,
      version,
      settings,
      snippet,
      fidelity: [
        {
          field: "policy",
          fidelity,
          note:
            fidelity === "exact"
              ? "the trainer stops where the replayed policy stops"
              : "the trainer stops by a policy that is near the one replayed",
        },
        ...fields,
        ...cadenceNotes(context.task, parts.cadence),
        ...notes,
      ],
      ...(difference === undefined
        ? {}
        : { difference: { ...difference, sentence: differenceInWords(difference) } }),
    };
  };
  return {
    name: own.name,
    title: own.title,
    aliases: own.aliases ?? [],
    newest: own.newest,
    advice: own.advice,
    ...(own.semantics === undefined ? {} : { semantics: own.semantics }),
    expressible,
    takesWarmup: (task) => own.warmupTakesSteps !== true || "steps" in cadenceOf(task, neverStop),
    configOf,
    ...(own.heldStop === undefined ? {} : { heldStop: own.heldStop }),
  };
}

/** The number that a setting holds. */
export function held(settings: TrainerConfig["settings"], part: string, key: string): number | undefined {
  const value = settings[part]?.[key];
  return typeof value === "number" ? value : undefined;
}
