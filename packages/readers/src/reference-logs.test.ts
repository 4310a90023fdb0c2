import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { runRecordSchema } from "@stopwise/core";
import { readLogs, type IngestedRun } from "./index.ts";

interface Expected {
  readonly file: string;
  readonly format: string;
  readonly runs: readonly Record<string, unknown>[];
}

const folder = resolve(import.meta.dirname, "../../../../shared/logs");
const present = existsSync(resolve(folder, "expected.json"));
if (!present) console.log("reference logs are absent: the checks against expected.json are skipped");
const expected = present
  ? (JSON.parse(readFileSync(resolve(folder, "expected.json"), "utf8")) as Expected[])
  : [];

const facts = ["nEvalPoints", "lastStep", "metrics", "firstEval", "lastEval", "best"] as const;

/** The facts alone; the order of the metrics is no fact. */
const onlyFacts = (run: Readonly<Record<string, unknown>>) => ({
  ...Object.fromEntries(facts.map((name) => [name, run[name]])),
  metrics: [...(run["metrics"] as string[])].sort(),
});

type Facts = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Facts => typeof value === "object" && value !== null;

/** The entries of an object that are a place or one of the metrics. */
const cutTo = (metrics: readonly string[], value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter(([name]) => ["step", "epoch", ...metrics].includes(name)),
      )
    : value;

/** What a file of a run folder tells by itself: the facts of the folder's run cut down to the file's metrics. */
function factsOfPart(folder: readonly IngestedRun[], part: Facts): Facts {
  const metrics = part["metrics"] as string[];
  const whole: Facts = { ...folder[0]!.facts };
  const values = ["firstEval", "lastEval", "best"].map(
    (name) => [name, cutTo(metrics, whole[name])] as const,
  );
  return { ...whole, ...Object.fromEntries(values), metrics: metrics.filter((name) => isIn(whole, name)) };
}

const isIn = (facts: Facts, metric: string): boolean => (facts["metrics"] as string[]).includes(metric);

describe.skipIf(!present)("the reference logs", () => {
  test.each(expected.filter(({ file }) => !file.endsWith("/")))("$file", async ({ file, runs, format }) => {
    const report = await readLogs([file], { root: folder });
    const entry = report.files.find(({ path }) => path === file);
    expect(entry?.format).toBe(format);
    if (entry?.partOf !== undefined) {
      const folder = report.files.find(({ path }) => path === entry.partOf);
      expect(entry.runs).toEqual([]);
      expect(runs.map((run) => onlyFacts(factsOfPart(folder!.runs, run)))).toEqual(runs.map(onlyFacts));
      return;
    }
    expect(entry?.runs.map((run) => onlyFacts({ ...run.facts }))).toEqual(runs.map(onlyFacts));
    const hasCurve = runs.some((run) => run["nEvalPoints"] !== 0) && format !== "hf-results-json";
    expect(entry?.status).toBe(hasCurve ? "read" : "skipped");
    if (!hasCurve) expect(entry?.reason).toBeTruthy();
    for (const { record } of entry?.runs ?? []) {
      if (record !== undefined) expect(() => z.parse(runRecordSchema, record)).not.toThrow();
    }
  });

  test("an MLflow run folder is read as a whole, its files name it", async () => {
    const whole = expected.find(({ file, format }) => format === "mlflow-mlruns" && file.endsWith("/"))!;
    const { files } = await readLogs([whole.file], { root: folder });
    expect(files[0]).toMatchObject({ path: whole.file, format: "mlflow-mlruns", status: "read" });
    expect(files[0]?.runs.map((run) => onlyFacts({ ...run.facts }))).toEqual(whole.runs.map(onlyFacts));
    expect(files.slice(1).every(({ partOf }) => partOf === whole.file)).toBe(true);
  });

  test("the whole folder is read at once without a failure, every file named", async () => {
    const report = await readLogs(["."], { root: folder });
    expect(report.files.filter(({ status }) => status === "failed")).toEqual([]);
    const named = new Set(report.files.map(({ path }) => path));
    expect(
      expected.filter(({ file }) => !file.endsWith("/") && !named.has(file)).map(({ file }) => file),
    ).toEqual([]);
  });

  test("of several checkpoints the largest step is primary, the others name it", async () => {
    const report = await readLogs(["tasfiahmrinmoyee__Gemma3-1B-Instruct-outputs"], { root: folder });
    const [small, large] = report.files;
    expect(small).toMatchObject({ status: "read", partOf: large?.path, runs: [] });
    expect(large?.runs[0]?.facts.nEvalPoints).toBe(15);
  });
});
