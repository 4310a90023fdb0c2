import { type Checkpoint, type CostUnit, got, InvalidInputError } from "@stopwise/core";
import type { PlannedLength } from "../statistic/contract.ts";
import type { Observation } from "./observation.ts";

/** A checkpoint as trainers report it: any field but the step may be missing, a metric that is not listed may be there. */
export type LiveCheckpoint = Partial<Checkpoint> & { step: number };

/** How a run reports its quality: a share in [0, 1], or percent in [0, 100]. */
export type Scale = "unit" | "percent";

/** What a checkpoint is checked against. */
export interface Expected {
  readonly scale: Scale;
  readonly planned?: PlannedLength | undefined;
  /** Step of the last checkpoint, and the widest distance between two so far; NaN where there is none. */
  readonly lastStep: number;
  readonly widestGap: number;
  /** Checkpoints seen so far. */
  readonly nObserved: number;
}

/** Fields of a checkpoint that a criterion reads, each a number, null or absent. */
const signals = [
  "step",
  "tokens",
  "epoch",
  "quality",
  "value",
  "testQuality",
  "evalLoss",
  "trainLoss",
  "gradNorm",
  "lr",
] as const;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z]/g, "");

/** Names that people give these fields elsewhere: given here they would be taken for further metrics, in silence. */
const meant: ReadonlyMap<string, string> = new Map([
  ...signals.map((name) => [plain(name), name] as const),
  ["em", "quality"],
  ["exactmatch", "quality"],
  ["score", "quality"],
  ["loss", "trainLoss"],
  ["validationloss", "evalLoss"],
  ["valloss", "evalLoss"],
  ["learningrate", "lr"],
  ["gradientnorm", "gradNorm"],
  ["globalstep", "step"],
  ["steps", "step"],
  ["numinputtokensseen", "tokens"],
  ["tokensseen", "tokens"],
]);

const known: ReadonlySet<string> = new Set(signals);

/** Steps that no run reaches; what is beyond is a slip of the caller's. */
const largestStep = 1e14;

function refuse(rule: string, fix: string): never {
  throw new InvalidInputError(rule, fix);
}

function checkNames(checkpoint: object): void {
  for (const name of Object.keys(checkpoint)) {
    if (known.has(name)) continue;
    const field = meant.get(plain(name));
    if (field === undefined || Object.hasOwn(checkpoint, field)) continue;
    refuse(`a checkpoint has no field "${name}".`, `Pass it as ${field}.`);
  }
}

function checkTypes(checkpoint: Readonly<Record<string, unknown>>): void {
  for (const name of signals) {
    const value = checkpoint[name];
    if (value === undefined || value === null || typeof value === "number") continue;
    refuse(`${name} must be a number, got ${got(value)}.`, `Pass a number, or leave ${name} out.`);
  }
  const { tokens } = checkpoint;
  if (typeof tokens === "number" && tokens < 0) {
    refuse(`tokens must be >= 0, got ${tokens}.`, "Pass the training tokens seen so far.");
  }
}

function checkStep(step: number, expected: Expected): void {
  if (!(step >= 0 && Number.isFinite(step))) {
    refuse(`step must be a finite number >= 0, got ${step}.`, "Pass the optimiser step of the evaluation.");
  }
  const planned = expected.planned?.steps;
  if (planned !== undefined && step > 100 * planned) {
    refuse(
      `step ${step} lies more than a hundred times beyond the planned ${planned} steps.`,
      "Pass the optimiser step of the evaluation, or start with the right plan.",
    );
  }
  const gap = step - expected.lastStep;
  if (step > largestStep || (expected.nObserved >= 3 && gap > 10_000 * expected.widestGap)) {
    refuse(
      `step ${step} cannot follow step ${expected.lastStep}.`,
      "Pass the optimiser step of the evaluation.",
    );
  }
}

/** The quality in [0, 1]; -1 to 0 passes, since a correlation may be negative. */
function unitQuality(quality: number, scale: Scale): number {
  const top = scale === "percent" ? 100 : 1;
  if (!Number.isFinite(quality)) return quality;
  if (quality > top) {
    refuse(
      `quality must be in [0, ${top}], got ${quality}.`,
      scale === "unit"
        ? 'For a metric in percent say so: scale "percent". A reward or a perplexity is no quality.'
        : "Pass the metric in percent, or leave scale out for a share.",
    );
  }
  if (quality < -top) {
    refuse(`quality must be in [0, ${top}], got ${quality}.`, "Pass a score where more is better.");
  }
  return scale === "percent" ? quality / 100 : quality;
}

/**
 * Checks a checkpoint before a stopper takes it in, and turns its quality into a share. Non-finite numbers pass: what
 * they mean is the policy's rule. Nothing is changed by a checkpoint that is refused.
 *
 * @param checkpoint as the trainer reports it
 * @param expected scale, plan and the steps so far
 * @throws {InvalidInputError} for a field that is no number, a name that is not a checkpoint's, a quality outside its
 *   scale, or a step that cannot be one.
 */
export function checkedCheckpoint(checkpoint: LiveCheckpoint, expected: Expected): LiveCheckpoint {
  const given: unknown = checkpoint;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    refuse(`a checkpoint must be an object, got ${got(given)}.`, "Pass for example { step, quality }.");
  }
  checkNames(given);
  checkTypes(given as Readonly<Record<string, unknown>>);
  if (typeof checkpoint.step !== "number") {
    refuse("a checkpoint needs its step, got nothing.", "Pass the optimiser step of the evaluation.");
  }
  checkStep(checkpoint.step, expected);
  const { quality } = checkpoint;
  return typeof quality === "number"
    ? { ...checkpoint, quality: unitQuality(quality, expected.scale) }
    : checkpoint;
}

const finite = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;

/** Cumulative training cost of a run, in its unit. */
export interface Spent {
  readonly cost: number;
  readonly unit: CostUnit;
}

/**
 * Turns a live checkpoint into an observation. Non-finite values become NaN; a loss-only run's `value` is its
 * eval loss.
 *
 * @param checkpoint that was checked before
 * @param index position among the checkpoints
 * @param spent tokens that are not reported are those of the cost
 */
export function observationOf(checkpoint: LiveCheckpoint, index: number, spent: Spent): Observation {
  return {
    index,
    step: checkpoint.step,
    tokens: spent.unit === "tokens" ? spent.cost : finite(checkpoint.tokens),
    epoch: finite(checkpoint.epoch),
    quality: finite(checkpoint.quality),
    evalLoss: finite(checkpoint.evalLoss ?? checkpoint.value),
    trainLoss: finite(checkpoint.trainLoss),
    gradNorm: finite(checkpoint.gradNorm),
    learningRate: finite(checkpoint.lr),
    cost: spent.cost,
    admissible: spent.cost > 0,
  };
}
