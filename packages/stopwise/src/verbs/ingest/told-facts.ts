import type { RunRecord } from "@stopwise/core";
import { factsFor, type IngestReport } from "@stopwise/readers";
import { writerName, type ToldFact, type UpsertCounts } from "@stopwise/store";
import { factsFile, readFacts } from "./facts-file.ts";

/** Flags that tell facts, by the field of the run record. */
export interface ToldFlags {
  readonly task?: string;
  readonly group?: string;
  readonly datasetSize?: number;
  readonly answerLength?: number;
  readonly family?: string;
  readonly metric?: string;
}

const flagNames: Readonly<Record<keyof ToldFlags, string>> = {
  task: "--task",
  group: "--group",
  datasetSize: "--dataset-size",
  answerLength: "--answer-length",
  family: "--family",
  metric: "--metric",
};

type Told = Pick<ToldFact, "field" | "value" | "from">;

/** Facts of the file, settings each by itself. */
function fromFile(given: ReturnType<typeof factsFor>): Told[] {
  const { hyper, ...fields } = given;
  const told = (field: string, value: unknown): Told[] =>
    value === undefined ? [] : [{ field, value, from: factsFile }];
  return [
    ...Object.entries(fields).flatMap(([field, value]) => told(field, value)),
    ...Object.entries(hyper ?? {}).flatMap(([name, value]) => told(`hyper.${name}`, value)),
  ];
}

/** Facts of the flags; a metric counts for the runs that have it. */
function fromFlags(flags: ToldFlags, record: RunRecord): Told[] {
  return (Object.keys(flagNames) as (keyof ToldFlags)[]).flatMap((field) => {
    const value = field === "metric" && flags.metric !== undefined ? record.metric : flags[field];
    return value === undefined ? [] : [{ field, value, from: flagNames[field] }];
  });
}

/**
 * The records of a report, each with the facts that a person told of it now, by whom and when: the store keeps them
 * when the log is read again without them.
 */
export function withTold(report: IngestReport, flags: ToldFlags): RunRecord[] {
  const facts = readFacts();
  const [by, at] = [writerName(), new Date().toISOString()];
  return report.files.flatMap(({ path, runs }) =>
    runs.flatMap(({ record }) => {
      if (record === undefined) return [];
      const told = new Map<string, Told>();
      for (const fact of [...fromFile(factsFor(facts, path)), ...fromFlags(flags, record)])
        told.set(fact.field, fact);
      if (told.size === 0) return [record];
      return [Object.assign(record, { told: [...told.values()].map((fact) => ({ ...fact, by, at })) })];
    }),
  );
}

const shown = 5;

/** One line for each fact that was told otherwise before. */
export function conflictLines({ conflicts = [] }: UpsertCounts): string[] {
  const lines = conflicts.slice(0, shown).map(({ run, field, before, now }) => {
    const earlier = `${JSON.stringify(before.value)} (${before.by}, ${before.at.slice(0, 10)}, ${before.from})`;
    return `${run}: ${field} was told as ${earlier}, now as ${JSON.stringify(now.value)} (${now.from}); the last counts.`;
  });
  const more = conflicts.length - shown;
  return more > 0
    ? [...lines, `... and ${more} further facts were told otherwise before; all of them with --json.`]
    : lines;
}
