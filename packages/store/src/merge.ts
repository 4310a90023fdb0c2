import type { RunRecord } from "@stopwise/core";
import { isStartOf, packRun, unpackRun, type PackedRun } from "./pack.ts";
import { mergeTold, toldOf, withFacts, type FactConflict, type ToldFact } from "./told.ts";

/** What a driver knows of a stored run without reading it. */
export interface KnownRun {
  readonly hash: string;
  readonly nCheckpoints: number;
  readonly metric: string;
  readonly told: readonly ToldFact[];
}

/** What becomes of a record that is written. */
export interface Merged {
  readonly change: "added" | "updated" | "unchanged";
  readonly packed: PackedRun;
  /** What is known of the run from now on. */
  readonly known: KnownRun;
  readonly conflicts: readonly FactConflict[];
}

const knownAs = (packed: PackedRun, record: RunRecord): KnownRun => ({
  hash: packed.hash,
  nCheckpoints: packed.nCheckpoints,
  metric: record.metric,
  told: toldOf(record),
});

/** A metric that was told chose the curve that is stored: another curve, read without being told, is not its update. */
function isOtherMetric(record: RunRecord, before: KnownRun, told: readonly ToldFact[]): boolean {
  const isTold = (facts: readonly ToldFact[]): boolean => facts.some(({ field }) => field === "metric");
  return isTold(before.told) && !isTold(told) && record.metric !== before.metric;
}

/**
 * Decides on one record: the same in every driver.
 *
 * @param record - as it was read
 * @param before - the run that is stored under its id
 * @param load - reads that run; called only where the record is shorter than it
 */
export async function mergeRun(
  record: RunRecord,
  before: KnownRun | undefined,
  load: () => Promise<PackedRun | undefined>,
): Promise<Merged> {
  const packed = packRun(record);
  if (before === undefined) {
    return { change: "added", packed, known: knownAs(packed, record), conflicts: [] };
  }
  if (before.hash === packed.hash || isOtherMetric(record, before, toldOf(record))) {
    return { change: "unchanged", packed, known: before, conflicts: [] };
  }
  const { told, conflicts } = mergeTold(before.told, toldOf(record));
  const named = conflicts.map((conflict) => ({ run: record.id, ...conflict }));
  const filled = told.length === 0 ? record : withFacts(record, told);
  const merged = told.length === 0 ? packed : packRun(filled);
  const unchanged: Merged = { change: "unchanged", packed: merged, known: before, conflicts: named };
  if (merged.hash === before.hash) return unchanged;
  const longer = merged.nCheckpoints < before.nCheckpoints ? await load() : undefined;
  if (longer === undefined || !isStartOf(merged, longer)) {
    return { change: "updated", packed: merged, known: knownAs(merged, filled), conflicts: named };
  }
  if (told.length === before.told.length) return unchanged;
  const kept = withFacts(unpackRun(longer), told);
  const repacked = packRun(kept);
  return { change: "updated", packed: repacked, known: knownAs(repacked, kept), conflicts: named };
}
