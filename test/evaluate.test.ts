import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Workplace, type Called } from "./command-line.ts";

const place = new Workplace();
afterAll(() => place.remove());

const sweep = gunzipSync(
  readFileSync(fileURLToPath(new URL("../datasets/qa-sweep.jsonl.gz", import.meta.url))),
);

type SweepRun = Readonly<Record<string, unknown>> & { readonly group: string };

/** Runs of the shipped sweep: the first so many of each of the first tasks that have them. */
function someTasks(nTasks: number, runsEach: number): SweepRun[][] {
  const byTask = new Map<string, SweepRun[]>();
  for (const line of sweep.toString().trim().split("\n")) {
    const run = JSON.parse(line) as SweepRun;
    byTask.set(run.group, [...(byTask.get(run.group) ?? []), run]);
  }
  const large = [...byTask.values()].filter((runs) => runs.length >= runsEach);
  expect(large.length).toBeGreaterThanOrEqual(nTasks);
  return large.slice(0, nTasks).map((runs) => runs.slice(0, runsEach));
}

function writeRuns(name: string, runs: readonly SweepRun[]): void {
  writeFileSync(place.file(name), `${runs.map((run) => JSON.stringify(run)).join("\n")}\n`);
}

interface Row {
  method: string;
  metricClass: string;
  bound: object;
  selection: string;
  weighting: string;
  meanSaving: number;
  meanEmLoss: number;
}

interface Point {
  method: string;
  bound: object;
  cohort: number;
  ownRuns: number;
  meanSaving: number;
  meanEmLoss: number;
  nGroups: number;
  nRuns: number;
}

interface Report {
  folds?: string;
  nRuns: number;
  nGroups: number;
  rows: Row[];
  hypervolume: { method: string; metricClass: string; weighting: string; value: number }[];
  fewShot?: Point[];
}

function evaluate(...args: string[]): Report {
  const called = place.stopwise("evaluate", "--json", ...args);
  expect(called.stderr).toBe("");
  expect(called.status).toBe(0);
  return called.json() as Report;
}

function oneLine(called: Called): string {
  expect([called.status, called.stdout]).toEqual([2, ""]);
  expect(called.stderr.trim().split("\n")).toHaveLength(1);
  return called.stderr;
}

describe("--folds source", () => {
  const of = (source: string, those: readonly SweepRun[][]): SweepRun[] =>
    those.flat().map((run) => ({ ...run, source }));
  let bySource: Report;
  beforeAll(() => {
    const tasks = someTasks(6, 4);
    const [a, b] = [of("a", tasks.slice(0, 3)), of("b", tasks.slice(3))];
    writeRuns("a.jsonl", a);
    writeRuns("b.jsonl", b);
    writeRuns("both.jsonl", [...a, ...b]);
    bySource = evaluate("--runs", "both.jsonl", "--folds", "source");
  });

  test("judges each of two sources as if it were new, by what the other taught", () => {
    expect(bySource).toMatchObject({ folds: "source", nRuns: 24, nGroups: 6 });
    const [onA, onB] = [
      evaluate("--runs", "b.jsonl", "--test", "a.jsonl"),
      evaluate("--runs", "a.jsonl", "--test", "b.jsonl"),
    ];
    // Promises of the in-run learners are left out: their cross-fit deals the runs out in the order of the whole file.
    const inRun = ["learned", "value-iteration"];
    const promises = ({ rows }: Report): Row[] =>
      rows.filter(
        (row) => row.selection === "promise" && row.weighting === "run" && !inRun.includes(row.method),
      );
    const [inA, inB] = [promises(onA), promises(onB)];
    const whole = promises(bySource);
    expect(whole).toHaveLength(inA.length);
    expect(whole.some((row) => row.method === "best-fixed" && row.meanSaving > 0)).toBe(true);
    whole.forEach((row, i) => {
      const name = `${row.method} ${JSON.stringify(row.bound)}`;
      expect([inA[i]!.method, inA[i]!.bound], name).toEqual([row.method, row.bound]);
      expect(row.meanSaving, name).toBeCloseTo((inA[i]!.meanSaving + inB[i]!.meanSaving) / 2, 9);
      expect(row.meanEmLoss, name).toBeCloseTo((inA[i]!.meanEmLoss + inB[i]!.meanEmLoss) / 2, 9);
    });
  });

  test("is another split than by group, which is the default", () => {
    const byGroup = evaluate("--runs", "both.jsonl");
    expect(byGroup).toMatchObject({ folds: "group", nRuns: 24, nGroups: 6 });
    const fixed = ({ rows }: Report): number[] =>
      rows.filter((row) => row.method === "best-fixed").map((row) => row.meanSaving);
    expect(fixed(byGroup)).not.toEqual(fixed(bySource));
  });

  test("the page says what was left out, and has the hypervolume of each method", () => {
    const { stdout } = place.stopwise("evaluate", "--runs", "both.jsonl", "--folds", "source");
    expect(stdout).toMatch(/^both\.jsonl: 24 judged runs in 6 groups, whole sources left out;/);
    const table = stdout.slice(stdout.indexOf("Area of saving against loss under all mean bounds"));
    expect(table).toContain("from 0.0 % saved and 20.00 points lost");
    const counted = bySource.hypervolume.filter((it) => it.metricClass === "all" && it.weighting === "group");
    const lines = counted.map(({ method, value }) => `${method} ${value.toFixed(3)}`);
    const printed = table.trimEnd().split("\n").slice(2);
    expect(printed.map((line) => line.replace(/ +/, " "))).toEqual(lines);
    expect(counted.find(({ method }) => method === "patience-1")!.value).toBeGreaterThan(0);
  });

  test("the hypervolume of a method that knows no bound is that of its one point", () => {
    for (const { method, metricClass, weighting, value } of bySource.hypervolume) {
      if (!method.startsWith("patience-")) continue;
      const row = bySource.rows.find(
        (it) => it.method === method && it.metricClass === metricClass && it.weighting === weighting,
      )!;
      expect(value).toBeCloseTo((row.meanSaving * Math.max(0, 0.2 - row.meanEmLoss)) / 0.2, 9);
    }
  });

  test("one source alone is refused in one line", () => {
    expect(oneLine(place.stopwise("evaluate", "--runs", "a.jsonl", "--folds", "source"))).toContain(
      "needs 2 sources of runs that reached their plan, has 1. Leave groups out instead",
    );
  });
});

describe("--few-shot", () => {
  /** Six tasks that look the same before a run: three are done at once, three rise at the end. */
  const alike = (task: number, run: number): SweepRun => ({
    id: `${task}-${run}`,
    group: `task-${task}`,
    metric: "exact_match",
    kind: "quality",
    family: "gpt2",
    datasetSize: 1000,
    plannedSteps: 160,
    hyper: { lr: 0.001 * (run + 1) },
    end: "completed",
    points: Array.from({ length: 16 }, (_, k) => {
      const rise = task % 2 === 0 ? 0.7 : k < 13 ? 0.4 : 0.7;
      return {
        step: 10 * (k + 1),
        quality: Math.round(1000 * (rise + 0.002 * Math.sin(9 * run + k))) / 1000,
      };
    }),
  });
  let points: readonly Point[] = [];
  beforeAll(() => {
    const runs = Array.from({ length: 36 }, (_, i) => alike(i % 6, Math.floor(i / 6)));
    writeRuns("few.jsonl", runs);
    points = evaluate("--runs", "few.jsonl", "--few-shot").fewShot!;
  });
  const of = (method: string): Point[] => points.filter((point) => point.method === method);
  const nBounds = (): number => new Set(points.map(({ bound }) => JSON.stringify(bound))).size;

  test("has each method at 0, 1 and 3 own runs, about the same runs of the same tasks", () => {
    expect(new Set(points.map(({ method }) => method))).toEqual(
      new Set([
        ...["recommend", "recommend-frontier", "same-task-certificate", "median-rule"],
        ...["best-on-own", "best-policies"],
      ]),
    );
    for (const point of points) expect([point.nGroups, point.nRuns]).toEqual([6, 12]);
    for (const method of ["recommend", "same-task-certificate", "median-rule"]) {
      const pairs = of(method).map(({ cohort, ownRuns }) => `${ownRuns} of ${cohort}`);
      expect(new Set(pairs)).toEqual(new Set(["0 of 1", "1 of 1", "0 of 3", "1 of 3", "3 of 3"]));
    }
  });

  test("without own runs neither of the methods that live by them stops, with three the median rule does", () => {
    const stops = (method: string, count: number): number[] =>
      of(method).flatMap(({ ownRuns, meanSaving }) => (ownRuns === count ? [meanSaving] : []));
    // Without own runs there is a point for the tasks of one own run and one for those of three.
    const none = new Array(2 * nBounds()).fill(0);
    expect(stops("median-rule", 0)).toEqual(none);
    expect(stops("same-task-certificate", 0)).toEqual(none);
    for (const saving of stops("median-rule", 3)) expect(saving).toBeGreaterThan(0.2);
  });

  test("three configurations certify nothing: too few for any of the bounds", () => {
    const savings = of("same-task-certificate").map(({ meanSaving }) => meanSaving);
    expect(savings).toEqual(new Array(5 * nBounds()).fill(0));
  });
});

test("few-shot without a task of enough runs says so after the tables", () => {
  writeRuns("single.jsonl", someTasks(3, 1).flat());
  const { stdout, status } = place.stopwise("evaluate", "--runs", "single.jsonl", "--few-shot");
  expect(status).toBe(0);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe(
    "Own runs: no task has runs enough to learn from some and judge others.",
  );
});

test.each([
  [["--folds", "author"], "--folds must be one of group, source, got author. Use group."],
  [
    ["--folds", "source", "--test", "new.jsonl"],
    "--folds splits the runs themselves, and --test judges others.",
  ],
  [["--few-shot", "--test", "new.jsonl"], "--few-shot splits the runs themselves, and --test judges others."],
])("%j is refused in one line", (args, message) => {
  writeRuns("some.jsonl", someTasks(2, 1).flat());
  expect(oneLine(place.stopwise("evaluate", "--runs", "some.jsonl", ...args))).toContain(message);
});
