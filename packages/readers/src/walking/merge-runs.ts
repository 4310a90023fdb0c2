import type { RunRecord } from "@stopwise/core";
import { contentFingerprint, distinctIdentity, isSameCurve, runFolderOf } from "../mapping/run-identity.ts";
import type { CurveTrace } from "./curve-trace.ts";
import type { IngestedFile, IngestedRun } from "./ingest-report.ts";
import { joinRuns } from "./joined-run.ts";
import { agreementOf } from "./trace-agreement.ts";
import { TraceIndex } from "./trace-index.ts";

/** A run as it was read, with what is compared of it. */
export interface TracedRun extends IngestedRun {
  /** Absent for run records, whose maker named them. */
  readonly trace?: CurveTrace;
}

/** A file before its runs are compared with those of other files. */
export interface TracedFile extends IngestedFile {
  readonly runs: readonly TracedRun[];
}

/** One run of one file. */
interface Place {
  readonly file: number;
  readonly run: number;
  readonly path: string;
  readonly format: string;
  readonly entry: TracedRun;
  /** The run's folder, with forward slashes. */
  readonly folder: string;
}

/** Formats that several loggers of one training write side by side, the most exact first; unlisted ones stand between. */
const exactFormats = [
  "hf-trainer-state",
  "lightning-metrics-csv",
  "keras-csv",
  "joeynmt-validations",
  "flair-loss-tsv",
  "llama-factory",
  "wandb-dir",
  "mlflow-mlruns",
  "mlflow-sqlite",
  "tfevents",
];
const coarseFormats = ["model-card", "joeynmt-train-log", "flair-training-log", "text-log"];

function exactness(format: string): number {
  const exact = exactFormats.indexOf(format);
  if (exact >= 0) return exact;
  return exactFormats.length + 1 + coarseFormats.indexOf(format);
}

/** Digits that equal values must tell: few for two loggers in one run's folders, many for copies anywhere. */
const neededDigits = { near: 3, elsewhere: 8 } as const;

/** So much agreement outweighs settings that were written down wrongly, or changed at a resume. */
const beyondDoubt = 20;

const nEvaluations = ({ entry }: Place): number => entry.trace?.nEvaluations ?? entry.facts.nEvalPoints;
const depth = (path: string): number => path.split("/").length;
const hasRecord = ({ entry }: Place): number => (entry.record === undefined ? 1 : 0);

/** The run that stays first: longer, more exact, further up. */
function byWorth(left: Place, right: Place): number {
  return (
    hasRecord(left) - hasRecord(right) ||
    nEvaluations(right) - nEvaluations(left) ||
    exactness(left.format) - exactness(right.format) ||
    depth(left.path) - depth(right.path) ||
    left.file - right.file ||
    left.run - right.run
  );
}

const isWithin = (inner: string, outer: string): boolean =>
  outer === "" || inner === outer || inner.startsWith(`${outer}/`);

/** Whether two loggers write into one run's folders: one lies in or below the folder of the other. */
const isNear = (left: Place, right: Place): boolean =>
  isWithin(left.folder, right.folder) || isWithin(right.folder, left.folder);

const commonLength = (left: string, right: string): number => {
  const [a, b] = [left.split("/"), right.split("/")];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? a.length : at;
};

/** Settings of which one training has one value; an estimate is none. */
function contradicts(left: RunRecord | undefined, right: RunRecord | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  const isStated = (record: RunRecord, name: string): boolean =>
    record.hyper[name] !== undefined &&
    record.hyper[name] !== null &&
    record.hyper[`${name}Estimated`] !== true;
  return ["seed", "lr"].some(
    (name) => isStated(left, name) && isStated(right, name) && left.hyper[name] !== right.hyper[name],
  );
}

interface Match {
  readonly primary: number;
  readonly digits: number;
  readonly byStep: boolean;
}

/** Runs that stay, each with those that hold it again. */
class Trainings {
  readonly membersOf = new Map<number, Match[]>();
  private readonly places: readonly Place[];
  private readonly index = new TraceIndex();

  constructor(places: readonly Place[]) {
    this.places = places;
  }

  add(at: number): void {
    const { trace } = this.places[at]!.entry;
    this.membersOf.set(at, []);
    if (trace !== undefined) this.index.add(at, trace);
  }

  /** The training that holds a run again, the nearest of several. */
  find(at: number): Match | undefined {
    const place = this.places[at]!;
    const { trace } = place.entry;
    if (trace === undefined) return undefined;
    let best: (Match & { near: number }) | undefined;
    for (const primary of this.index.candidates(trace)) {
      const found = this.match(primary, at, trace);
      if (found === undefined) continue;
      const near = commonLength(this.places[primary]!.path, place.path);
      const isBetter =
        best === undefined || near > best.near || (near === best.near && found.digits > best.digits);
      if (isBetter) best = { ...found, near };
    }
    return best;
  }

  private match(primary: number, at: number, trace: CurveTrace): Match | undefined {
    const [one, other] = [this.places[primary]!, this.places[at]!];
    // Runs of one file were told apart by its writer.
    if (one.file === other.file) return undefined;
    const found = agreementOf(one.entry.trace!, trace);
    if (found === undefined) return undefined;
    const areLoggers = one.format !== other.format && isNear(one, other);
    const needed = areLoggers ? neededDigits.near : neededDigits.elsewhere;
    const isCopy =
      one.entry.record !== undefined &&
      other.entry.record !== undefined &&
      isCopied(one.entry.record, other.entry.record);
    if (!isCopy && found.digits < needed) return undefined;
    if (areLoggers && found.nShared < 2) return undefined;
    if (found.lastDiffers && (!areLoggers || found.nShared < 4)) return undefined;
    if (found.digits < beyondDoubt && contradicts(one.entry.record, other.entry.record)) return undefined;
    return { primary, digits: found.digits, byStep: found.byStep };
  }
}

/** Equal in everything that was recorded, and no constant curve, which many different runs have. */
function isCopied(left: RunRecord, right: RunRecord): boolean {
  const values = new Set(left.points.map(({ quality, value }) => quality ?? value));
  return values.size >= 5 && contentFingerprint(left) === contentFingerprint(right);
}

/** Which runs are held by others, and which need an id of their own. */
interface Verdict {
  readonly trainings: Trainings;
  readonly dropped: ReadonlyMap<number, number>;
  readonly renamed: ReadonlyMap<number, string>;
}

function judge(places: readonly Place[]): Verdict {
  const trainings = new Trainings(places);
  const byId = new Map<string, number>();
  const dropped = new Map<number, number>();
  const renamed = new Map<number, string>();
  const order = places.map((_, index) => index).sort((left, right) => byWorth(places[left]!, places[right]!));
  for (const at of order) {
    const { entry, run } = places[at]!;
    const { record } = entry;
    const known = record === undefined ? undefined : byId.get(record.id);
    const twin = known === undefined ? undefined : places[known]!.entry.record;
    const match =
      twin !== undefined && record !== undefined && isSameCurve(twin, record)
        ? { primary: known!, digits: Number.POSITIVE_INFINITY, byStep: true }
        : trainings.find(at);
    if (match !== undefined) {
      dropped.set(at, match.primary);
      trainings.membersOf.get(match.primary)?.push({ ...match, primary: at });
      continue;
    }
    trainings.add(at);
    if (record === undefined) continue;
    const id = known === undefined ? record.id : distinctIdentity(record.id, `${record.path ?? ""}#${run}`);
    if (known !== undefined) renamed.set(at, id);
    byId.set(id, at);
  }
  return { trainings, dropped, renamed };
}

/** The run that stays, with the facts and the id that the more exact of its logs give. */
function settled(places: readonly Place[], at: number, { trainings, renamed }: Verdict): IngestedRun {
  const place = places[at]!;
  const members = (trainings.membersOf.get(at) ?? [])
    .map(({ primary, byStep }) => ({ ...places[primary]!, byStep }))
    .sort((left, right) => exactness(left.format) - exactness(right.format) || left.file - right.file);
  const id = renamed.get(at) ?? place.entry.record?.id;
  const first = members.find(({ entry }) => entry.record !== undefined);
  const isExacter = first !== undefined && exactness(first.format) < exactness(place.format);
  return joinRuns(
    place.entry,
    members.map(({ entry, byStep }) => ({ run: entry, byStep })),
    isExacter ? first.entry.record!.id : id,
  );
}

const placesOf = (files: readonly TracedFile[]): Place[] =>
  files.flatMap(({ runs, format, path, status }, file) =>
    status !== "read"
      ? []
      : runs.map((entry, run) => ({ file, run, path, format, entry, folder: runFolderOf(path) })),
  );

/**
 * Lists each training once. Runs of different files are the same training where their curves are equal to the digits
 * printed, or one is the beginning or a part of the other, and the equal values tell enough: what several loggers
 * wrote side by side, copied and renamed checkpoints, states of one growing log. The longest and most exact log stays
 * and takes over the facts of the others, which name it in `partOf`. Runs of equal id with different curves get ids
 * of their own.
 */
export function mergeRuns(files: readonly TracedFile[]): IngestedFile[] {
  const places = placesOf(files);
  const verdict = judge(places);
  const ofFile = new Map<number, number[]>();
  for (const [at, { file }] of places.entries()) ofFile.set(file, [...(ofFile.get(file) ?? []), at]);
  return files.map((entry, file) => {
    const own = ofFile.get(file) ?? [];
    if (own.length === 0) return { ...entry, runs: entry.runs.map(untraced) };
    const kept = own.filter((at) => !verdict.dropped.has(at));
    const runs = kept.map((at) => settled(places, at, verdict));
    const nDropped = own.length - kept.length;
    if (nDropped === 0) return { ...entry, runs };
    const primary = own.map((at) => verdict.dropped.get(at)).find((at) => at !== undefined)!;
    const partOf = kept.length === 0 ? { partOf: places[primary]!.path } : {};
    const found = `${nDropped} ${nDropped === 1 ? "run was" : "runs were"} found before.`;
    return { ...entry, ...partOf, warnings: [...(kept.length === 0 ? [] : entry.warnings), found], runs };
  });
}

const untraced = ({ record, facts, missing }: TracedRun): IngestedRun => ({ record, facts, missing });
