import type { RunRecord } from "@stopwise/core";
import type { IngestedFile, IngestedRun } from "./ingest-report.ts";
import { findCompanions } from "./companion-logs.ts";
import { contentFingerprint, distinctIdentity, isSameCurve } from "../mapping/run-identity.ts";

interface Place {
  readonly file: number;
  readonly run: number;
  readonly record: RunRecord;
  /** Its maker gave the id: an equal curve under another id is another run. */
  readonly isNamed: boolean;
}

/** Which runs are dropped in favour of another file's, and which need an id of their own. */
interface Verdict {
  readonly dropped: Map<string, number>;
  readonly renamed: Map<string, string>;
}

const keyOf = (place: Pick<Place, "file" | "run">): string => `${place.file}/${place.run}`;

function placesOf(files: readonly IngestedFile[]): Place[] {
  return files.flatMap(({ runs, format }, file) =>
    runs.flatMap(({ record }, run) =>
      record === undefined ? [] : [{ file, run, record, isNamed: format === "run-record" }],
    ),
  );
}

/** A constant curve is no sign of identity: many different runs have it. */
function isTelling(record: RunRecord): boolean {
  return new Set(record.points.map(({ quality, value }) => quality ?? value)).size >= 5;
}

/** Equal for copies of a log, and cheap: only curves of equal sketch are compared in full. */
function sketchOf({ metric, points }: RunRecord): string {
  const [first, last] = [points[0], points.at(-1)];
  return [
    metric,
    points.length,
    first?.quality ?? first?.value,
    last?.step,
    last?.quality ?? last?.value,
  ].join(" ");
}

const isCopy = (left: RunRecord, right: RunRecord): boolean =>
  isTelling(left) && contentFingerprint(left) === contentFingerprint(right);

/** Drops what another logger wrote of a run that stays. */
function addCompanions(files: readonly IngestedFile[], places: readonly Place[], verdict: Verdict): void {
  const located = places.map(({ file, record }) => {
    const { path, format } = files[file]!;
    return { path, format, record };
  });
  for (const [index, primary] of findCompanions(located)) {
    verdict.dropped.set(keyOf(places[index]!), places[primary]!.file);
  }
}

function judge(files: readonly IngestedFile[]): Verdict {
  const byId = new Map<string, Place>();
  const bySketch = new Map<string, Place[]>();
  const verdict: Verdict = { dropped: new Map(), renamed: new Map() };
  const places = placesOf(files);
  addCompanions(files, places, verdict);
  const isCompanion = new Set(verdict.dropped.keys());
  const order = (place: Place): number => (isCompanion.has(keyOf(place)) ? 0 : 1);
  // Companions first, since a copy of one is found again too; then longer curves: of two states of one log the
  // grown one stays.
  places.sort(
    (left, right) =>
      order(left) - order(right) ||
      right.record.points.length - left.record.points.length ||
      left.file - right.file,
  );
  for (const place of places) {
    const known = byId.get(place.record.id);
    const alike = place.isNamed ? [] : (bySketch.get(sketchOf(place.record)) ?? []);
    if (!place.isNamed) bySketch.set(sketchOf(place.record), [...alike, place]);
    if (isCompanion.has(keyOf(place))) continue;
    const copy = alike.find(({ record }) => isCopy(record, place.record));
    const twin = known !== undefined && isSameCurve(known.record, place.record) ? known : copy;
    if (twin !== undefined) {
      verdict.dropped.set(keyOf(place), verdict.dropped.get(keyOf(twin)) ?? twin.file);
    } else if (known !== undefined) {
      const id = distinctIdentity(place.record.id, `${place.record.path ?? ""}#${place.run}`);
      verdict.renamed.set(keyOf(place), id);
      byId.set(id, place);
    } else byId.set(place.record.id, place);
  }
  return verdict;
}

function settled(runs: readonly IngestedRun[], file: number, verdict: Verdict): IngestedRun[] {
  return runs.flatMap((entry, run) => {
    const key = keyOf({ file, run });
    if (verdict.dropped.has(key)) return [];
    const id = verdict.renamed.get(key);
    return [
      id === undefined || entry.record === undefined ? entry : { ...entry, record: { ...entry.record, id } },
    ];
  });
}

/**
 * Lists each run once: what several loggers wrote of one training stays under the most exact log. Runs of equal id whose curves agree as far as both go, and copies with equal content, stay
 * in one file, and the other names it in `partOf`; runs of equal id with different curves get ids of their own.
 */
export function mergeDuplicates(files: readonly IngestedFile[]): IngestedFile[] {
  const verdict = judge(files);
  return files.map((entry, file) => {
    const runs = settled(entry.runs, file, verdict);
    const nDropped = entry.runs.length - runs.length;
    if (nDropped === 0) return { ...entry, runs };
    const twins = entry.runs
      .map((_, run) => verdict.dropped.get(keyOf({ file, run })))
      .filter((twin) => twin !== undefined);
    const other = twins.find((twin) => twin !== file);
    const partOf = runs.length === 0 && other !== undefined ? { partOf: files[other]!.path } : {};
    const warnings = [
      ...entry.warnings,
      `${nDropped} ${nDropped === 1 ? "run was" : "runs were"} found before.`,
    ];
    return { ...entry, ...partOf, warnings, runs };
  });
}
