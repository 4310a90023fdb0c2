import type { RunRecord } from "@stopwise/core";

/** A fact that a person told of a run, since its log lacks it. */
export interface ToldFact {
  /** Field of the run record; settings as `hyper.weightDecay`. */
  readonly field: string;
  readonly value: unknown;
  /** Where it was told: `stopwise.yaml`, or a flag such as `--task`. */
  readonly from: string;
  /** Who told it, `user@host`. */
  readonly by: string;
  /** When, ISO 8601. */
  readonly at: string;
}

/** A fact that was told otherwise before. */
export interface FactConflict {
  readonly run: string;
  readonly field: string;
  readonly before: ToldFact;
  readonly now: ToldFact;
}

/** What stands of the facts of two tellings. */
export interface MergedFacts {
  /** In the order they were told; of a field the last one counts. */
  readonly told: readonly ToldFact[];
  readonly conflicts: readonly Omit<FactConflict, "run">[];
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The facts that a record carries, in the order they were told. */
export function toldOf(record: RunRecord): readonly ToldFact[] {
  const { told } = record as { told?: unknown };
  return Array.isArray(told) ? (told as readonly ToldFact[]) : [];
}

/** The facts that count: of each field the one that was told last. */
export function lastTold(told: readonly ToldFact[]): ReadonlyMap<string, ToldFact> {
  return new Map(told.map((fact) => [fact.field, fact]));
}

/**
 * Joins what was told before with what is told now. The same value again is no news: who told it first, and when, stays.
 *
 * @param before - facts of the stored run
 * @param now - facts that come with the new record
 */
export function mergeTold(before: readonly ToldFact[], now: readonly ToldFact[]): MergedFacts {
  const known = new Map(lastTold(before));
  const keys = new Set(before.map((fact) => JSON.stringify(fact)));
  const told = [...before];
  const conflicts: Omit<FactConflict, "run">[] = [];
  for (const fact of now) {
    const earlier = known.get(fact.field);
    const isCopy = keys.has(JSON.stringify(fact));
    if (isCopy || (earlier !== undefined && isSame(earlier.value, fact.value))) continue;
    if (earlier !== undefined) conflicts.push({ field: fact.field, before: earlier, now: fact });
    known.set(fact.field, fact);
    told.push(fact);
  }
  return { told, conflicts };
}

/** Puts facts into a record, each over what its log says. */
export function withFacts(record: RunRecord, told: readonly ToldFact[]): RunRecord {
  const filled: Record<string, unknown> = { ...record, points: record.points };
  const hyper = { ...record.hyper };
  for (const { field, value } of lastTold(told).values()) {
    if (field.startsWith("hyper.")) hyper[field.slice("hyper.".length)] = value;
    else if (field !== "metric" && field !== "tokensPerStep") filled[field] = value;
  }
  return { ...filled, hyper, ...(told.length > 0 && { told }) } as RunRecord;
}

/** The facts in a run's further fields as they are stored, JSON. */
export function toldOfExtra(extra: string | null): readonly ToldFact[] {
  return extra === null ? [] : toldOf(JSON.parse(extra) as RunRecord);
}
