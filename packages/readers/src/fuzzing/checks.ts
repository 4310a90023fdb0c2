import { isDeepStrictEqual } from "node:util";
import { runRecordSchema, type Checkpoint } from "@stopwise/core";
import * as z from "zod/mini";
import { recordsOf, type IngestReport, type LogFacts } from "../index.ts";
import type { SeedCurve, SeedFiles, SeedLog } from "./seed-curve.ts";

/** What is wrong with a reading, undefined where nothing is. */
export type Complaint = string | undefined;

const oneOf = (complaints: readonly Complaint[]): Complaint =>
  complaints.find((complaint) => complaint !== undefined);

/** Whatever the input: reasons of one line, and records that satisfy the schema and survive being written. */
export function complaintOfAny(report: IngestReport): Complaint {
  for (const { path, status, reason } of report.files) {
    if (status !== "read" && (reason ?? "") === "") return `${path} is ${status} without a reason`;
    if (reason?.includes("\n") === true) return `the reason of ${path} has several lines`;
  }
  for (const record of recordsOf(report)) {
    const parsed = z.safeParse(runRecordSchema, JSON.parse(JSON.stringify(record)));
    if (!parsed.success) return `a record breaks the schema: ${parsed.error.message.slice(0, 200)}`;
  }
  return undefined;
}

const numeral = /[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/g;

/** Every number that stands in the texts. */
export function numbersIn(files: SeedFiles): Set<number> {
  const numbers = new Set<number>();
  for (const content of Object.values(files)) {
    if (typeof content !== "string") continue;
    for (const [found] of content.matchAll(numeral)) {
      numbers.add(Number(found.replaceAll(",", "")));
      for (const part of found.split(",")) numbers.add(Number(part));
    }
  }
  return numbers;
}

const factsIn = (report: IngestReport): LogFacts[] =>
  report.files.flatMap(({ runs }) => runs.map(({ facts }) => facts));

/** The values of a run's first, last, smallest and largest evaluations. */
function valuesOf({ firstEval, lastEval, best }: LogFacts): [string, number][] {
  const rows = [firstEval, lastEval].flatMap((row) => Object.entries(row ?? {}));
  const values = rows.filter(
    (pair): pair is [string, number] => !["step", "epoch"].includes(pair[0]) && pair[1] !== null,
  );
  return [
    ...values,
    ...Object.entries(best).flatMap(([name, { min, max }]): [string, number][] => [
      [name, min],
      [name, max],
    ]),
  ];
}

/** Of a cut file: every value that is taken stands wholly in the file that was not cut. */
export function complaintOfCut(report: IngestReport, numbers: ReadonlySet<number>): Complaint {
  for (const facts of factsIn(report)) {
    const invented = valuesOf(facts).find(([, value]) => !numbers.has(value) && !numbers.has(-value));
    if (invented !== undefined)
      return `${invented[0]} ${invented[1]} stands nowhere in the file that was cut`;
  }
  return undefined;
}

function soleFacts(report: IngestReport): LogFacts | undefined {
  const found = factsIn(report).filter(({ nEvalPoints }) => nEvalPoints > 0);
  return found.length === 1 ? found[0] : undefined;
}

function complaintOfSeries(facts: LogFacts, name: string, values: readonly number[]): Complaint {
  const told = [
    facts.firstEval?.[name],
    facts.lastEval?.[name],
    facts.best[name]?.min,
    facts.best[name]?.max,
  ];
  const expected = [values[0], values.at(-1), Math.min(...values), Math.max(...values)];
  const isTold = expected.every((value, index) => Math.abs((told[index] ?? Number.NaN) - value!) < 1e-9);
  return isTold
    ? undefined
    : `${name}: first, last, smallest, largest are ${told.join(", ")}, not ${expected.join(", ")}`;
}

/** Of a whole log: exactly the curve that it tells is found. */
export function complaintOfCurve(report: IngestReport, seed: SeedLog, curve: SeedCurve): Complaint {
  const facts = soleFacts(report);
  if (facts === undefined) {
    const said = report.files
      .map(({ path, format, reason }) => `${path} ${format} ${reason ?? ""}`)
      .join("; ");
    return `${factsIn(report).length} runs with evaluations are found, expected one: ${said}`;
  }
  if (facts.nEvalPoints !== curve.scores.length)
    return `${facts.nEvalPoints} evaluations, expected ${curve.scores.length}`;
  const logged = (values: readonly number[]): number[] =>
    seed.isSingle === true ? values.map((value) => Math.fround(value)) : [...values];
  return oneOf([
    seed.score === undefined ? undefined : complaintOfSeries(facts, seed.score, logged(curve.scores)),
    seed.loss === undefined ? undefined : complaintOfSeries(facts, seed.loss, logged(curve.losses)),
  ]);
}

const pointsOf = (report: IngestReport): readonly Checkpoint[] => recordsOf(report)[0]?.points ?? [];

/** Of two logs that differ in one evaluation: the records differ there and nowhere else. */
export function complaintOfChange(before: IngestReport, after: IngestReport, at: number): Complaint {
  const [left, right] = [pointsOf(before), pointsOf(after)];
  if (left.length !== right.length)
    return `${left.length} points before the change, ${right.length} after it`;
  const differing = left.flatMap((point, index) => (isDeepStrictEqual(point, right[index]) ? [] : [index]));
  if (left.length > 0 && differing.length === 0) return "the change is not seen";
  return differing.every((index) => index === at)
    ? undefined
    : `points ${differing.join(", ")} changed, expected ${at}`;
}

/** Of the same log in another spelling: the same facts, but for the order of the metrics, and the same points. */
export function complaintOfSpelling(before: IngestReport, after: IngestReport): Complaint {
  const told = (report: IngestReport) =>
    factsIn(report).map((facts) => ({ ...facts, metrics: [...facts.metrics].sort() }));
  if (!isDeepStrictEqual(told(before), told(after)))
    return `other facts: ${JSON.stringify(told(after)).slice(0, 200)}, before ${JSON.stringify(told(before)).slice(0, 200)}`;
  return isDeepStrictEqual(pointsOf(before), pointsOf(after)) ? undefined : "other points";
}

/** Of a log that lies in two folders: as many runs as in one. */
export function complaintOfCopies(single: IngestReport, twice: IngestReport): Complaint {
  const [one, two] = [recordsOf(single).length, recordsOf(twice).length];
  return one === two ? undefined : `${one} runs in one folder, ${two} with a copy beside it`;
}
