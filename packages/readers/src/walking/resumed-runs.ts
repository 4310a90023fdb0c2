import type { FileReading } from "../contract.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";
import { laterStep } from "../mapping/raw-run.ts";
import type { LogSource } from "./find-logs.ts";

const wandbRun = /^(.*\/)?(?:offline-)?run-(\d{8}_\d{6})-([^/]+)\//;
/** Ids that W&B draws by chance are the same run wherever they lie; others only within one folder. */
const drawnId = /^(?=.*\d)[a-z0-9]{8}$/;

/** Sources of equal key hold parts of one run: the folders that a resumed W&B run leaves. */
export function resumeKeyOf({ format, path }: LogSource): string | undefined {
  const [, parent = "", , id] = (format === "wandb-dir" ? wandbRun.exec(path) : null) ?? [];
  if (id === undefined) return undefined;
  return drawnId.test(id) ? `wandb\n${id}` : `wandb\n${parent}\n${id}`;
}

/** When the part was begun, as its folder tells. */
const begunAt = (path: string): string => wandbRun.exec(path)?.[2] ?? "";

/** The first step of any row; undefined where the log has none. */
function firstStep({ evaluations, training }: RawRun): number | undefined {
  let first: number | undefined;
  for (const { step } of [...evaluations, ...training]) {
    if (step !== null && (first === undefined || step < first)) first = step;
  }
  return first;
}

const stated = (facts: KnownFacts): KnownFacts =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));

/** The run so far, without the rows that the next part abandons, and the next part. */
function continued(run: RawRun, next: RawRun): RawRun {
  const from = firstStep(next) ?? Number.POSITIVE_INFINITY;
  const isBefore = ({ step }: { readonly step: number | null }): boolean => step === null || step < from;
  const evaluations = run.evaluations.filter(isBefore);
  const training = run.training.filter(isBefore);
  const nDropped = run.evaluations.length - evaluations.length + run.training.length - training.length;
  const dropped =
    nDropped === 0 ? [] : [`the run was resumed: ${nDropped} rows of an abandoned branch are dropped.`];
  return {
    ...next,
    evaluations: [...evaluations, ...next.evaluations],
    training: [...training, ...next.training],
    lastStep: laterStep(nDropped === 0 ? run.lastStep : null, next.lastStep),
    known: {
      ...run.known,
      ...stated(next.known),
      // How the part before ended is not how the run ended.
      end: next.known.end,
      hyper: { ...run.known.hyper, ...next.known.hyper },
    },
    warnings: [...run.warnings, ...next.warnings, ...dropped],
    aliases: { ...run.aliases, ...next.aliases },
  };
}

/**
 * Joins the parts of a resumed run in the order of their beginnings: one run under the last part, which the others
 * name. Where a part begins before the end of the one before, the rows from there on were abandoned.
 *
 * @param readings - of all parts
 */
export function joinResumed(readings: readonly FileReading[]): FileReading[] {
  const parts = readings
    .filter(({ runs, records }) => runs.length === 1 && (records?.length ?? 0) === 0)
    .sort((left, right) => (begunAt(left.path) < begunAt(right.path) ? -1 : 1));
  const last = parts.at(-1);
  if (parts.length < 2 || last === undefined) return [...readings];
  const [first, ...later] = parts.map(({ runs }) => runs[0]!);
  const run = later.reduce(continued, first!);
  const isPart = new Set(parts);
  const paths = new Set(parts.map(({ path }) => path));
  return readings.map((reading) => {
    if (reading === last) return wholeOf(reading, run);
    if (isPart.has(reading))
      return { path: reading.path, runs: [], partOf: last.path, warnings: reading.warnings };
    const isBeside = reading.partOf !== undefined && paths.has(reading.partOf);
    return isBeside ? { ...reading, partOf: last.path } : reading;
  });
}

function wholeOf(reading: FileReading, run: RawRun): FileReading {
  const { reason, ...rest } = reading;
  return { ...rest, runs: [run], ...(reason === undefined || run.evaluations.length > 0 ? {} : { reason }) };
}
