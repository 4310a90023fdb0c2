import type { End } from "@stopwise/core";
import { factsOfConfig } from "../mapping/config-facts.ts";
import {
  laterStep,
  orderRows,
  type Evaluation,
  type KnownFacts,
  type RawRun,
  type TrainingRow,
} from "../mapping/raw-run.ts";

/** What one line (or row, or file) of a log tells; where it names no step or epoch, those of the line before hold. */
export interface ConsoleEntry {
  readonly step?: number | undefined;
  readonly epoch?: number | undefined;
  /** Values of an evaluation by the log's own names. */
  readonly evaluation?: Readonly<Record<string, number>> | undefined;
  readonly training?: Omit<TrainingRow, "step" | "epoch"> | undefined;
  /** Settings that the log prints, by the names of its trainer. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  readonly known?: KnownFacts | undefined;
  readonly end?: End | undefined;
  /** Another training begins with this line. */
  readonly beginsRun?: boolean | undefined;
}

/** How entries become a run. */
export interface EntryOptions {
  readonly key?: string;
  readonly known?: KnownFacts;
  /** The steps count from 0 what the record counts from 1, such as rounds of boosting. */
  readonly stepIsEpoch?: boolean;
  /** Names under which the record knows the log's metrics. */
  readonly aliasOf?: (name: string) => string | undefined;
}

interface Placed {
  readonly step: number | null;
  readonly epoch: number | null;
  readonly entry: ConsoleEntry;
}

/** Entries with the step and epoch that hold for them; what stands before the first stands at 0. */
function placedEntries(entries: readonly ConsoleEntry[]): Placed[] {
  const byStep = entries.some(({ step }) => step !== undefined);
  let [step, epoch]: [number | null, number | null] = [null, null];
  return entries.map((entry) => {
    step = entry.step ?? step;
    epoch = entry.epoch ?? epoch;
    const isBefore = step === null && (byStep || epoch === null);
    return { step: isBefore && byStep ? 0 : step, epoch: isBefore && !byStep ? 0 : epoch, entry };
  });
}

const hasValues = ({ evaluation }: ConsoleEntry): boolean =>
  evaluation !== undefined && Object.keys(evaluation).length > 0;

function knownOf(entries: readonly ConsoleEntry[], known: KnownFacts = {}): KnownFacts {
  const settings: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let facts: KnownFacts = known;
  let end: End | undefined;
  for (const entry of entries) {
    for (const [name, value] of Object.entries(entry.settings ?? {})) settings[name] = value;
    if (entry.known !== undefined) facts = { ...facts, ...entry.known };
    end = entry.end ?? end;
  }
  const config = Object.keys(settings).length > 0 ? factsOfConfig(settings) : {};
  const merged = { ...config, ...facts, hyper: { ...config.hyper, ...facts.hyper } };
  return end === undefined ? merged : { ...merged, end };
}

/**
 * One run of what the lines of a log told, in their order: evaluations and training rows at the step (epoch, where no
 * line names a step) that holds for them, branches that a restart abandoned dropped.
 */
export function runOfEntries(entries: readonly ConsoleEntry[], options: EntryOptions = {}): RawRun {
  const placed = placedEntries(entries);
  const byStep = entries.some(({ step }) => step !== undefined);
  const curve = placed.filter(({ entry }) => hasValues(entry) || entry.training !== undefined);
  const { rows, warnings } = orderRows(curve, ({ step, epoch }) => (byStep ? step : epoch));
  const evaluations = rows.flatMap(({ step, epoch, entry }): Evaluation[] =>
    hasValues(entry) ? [{ step, epoch, tokens: entry.training?.tokens, values: entry.evaluation! }] : [],
  );
  const names = [...new Set(evaluations.flatMap(({ values }) => Object.keys(values)))];
  const aliases = names.flatMap((name) => {
    const alias = options.aliasOf?.(name);
    return alias === undefined ? [] : [[name, alias] as const];
  });
  return {
    key: options.key ?? "",
    evaluations,
    training: rows.flatMap(({ step, epoch, entry }): TrainingRow[] =>
      entry.training === undefined ? [] : [{ step, epoch: epoch ?? undefined, ...entry.training }],
    ),
    lastStep: placed.reduce<number | null>((last, { step }) => laterStep(last, step), null),
    known: knownOf(entries, options.known),
    warnings,
    ...(options.stepIsEpoch === true ? { stepIsEpoch: true } : {}),
    ...(aliases.length > 0 ? { aliases: Object.fromEntries(aliases) } : {}),
  };
}

/** Entries of each training, told apart by the lines that begin one; what stands before the first belongs to it. */
export function trainingsOf(entries: readonly ConsoleEntry[]): ConsoleEntry[][] {
  const trainings: ConsoleEntry[][] = [[]];
  for (const entry of entries) {
    const current = trainings.at(-1)!;
    if (entry.beginsRun === true && current.some((earlier) => hasValues(earlier) || earlier.training))
      trainings.push([entry]);
    else current.push(entry);
  }
  return trainings;
}
