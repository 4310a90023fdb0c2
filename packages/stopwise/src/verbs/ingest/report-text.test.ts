import type { IngestedFile } from "@stopwise/readers";
import { expect, test } from "vitest";
import type { RunRecord } from "@stopwise/core";
import { nearestLog } from "./nearest-log.ts";
import { progressLine } from "./progress-line.ts";
import { countsText, filesTable, groupsText, missingText } from "./report-text.ts";

const facts = (nEvalPoints: number) => ({
  nEvalPoints,
  lastStep: 100 * nEvalPoints,
  metrics: ["em"],
  firstEval: null,
  lastEval: null,
  best: {},
});

function file(path: string, counts: number[], fields: Partial<IngestedFile> = {}): IngestedFile {
  const runs = counts.map((n) => ({ record: undefined, facts: facts(n), missing: [] }));
  return { path, format: "run-record", status: "read", warnings: [], runs, ...fields };
}

test("one row per file with runs: one run with its last step, several with their range", () => {
  const files = [
    file("a", [4]),
    file("b", [7, 3, 5]),
    file("c", [], { status: "skipped", reason: "is no log." }),
    file("d", [], { partOf: "a" }),
  ];
  expect(filesTable(files).split("\n").slice(1)).toEqual([
    "a     run-record     1       4        400      1  em",
    "b     run-record     3  3 to 7          -      -  em",
  ]);
});

test.each([80, 120])("rows fit a terminal of %d characters", (width) => {
  const metrics = Array.from({ length: 12 }, (_, i) => `eval_metric_${i}`);
  const long = file(`runs/${"deep/".repeat(30)}trainer_state.json`, [1234], { format: "hf-trainer-state" });
  const files = [{ ...long, runs: long.runs.map((run) => ({ ...run, facts: { ...run.facts, metrics } })) }];
  for (const line of filesTable(files, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  const missing = [{ run: "0123456789abcdef", path: long.path, missing: metrics }];
  for (const line of missingText(missing, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
});

test("failed files and remarks are named, like remarks and reasons are summed up", () => {
  const warnings = [
    ...Array.from({ length: 11 }, (_, i) => `odd ${i}.`),
    ..."a b c d e f g h i j k".split(" "),
  ];
  const skipped = ["x.json", "y.json", "z.json"].map((path) =>
    file(path, [], { status: "skipped", reason: "is no log." }),
  );
  const failed = file("b", [], { status: "failed", reason: "b:3: is cut." });
  const part = file("p", [], { partOf: "a", warnings: ["1 run was found before."] });
  const lines = countsText({ files: [file("a", [4], { warnings }), failed, part, ...skipped] }).split("\n");
  expect(lines.slice(0, 6)).toEqual([
    "6 files: 2 read (1 run, 1 of them part of a run of another file), 3 skipped, 1 failed",
    "  failed: b:3: is cut.",
    "  skipped: 3 files, such as x.json: is no log.",
    "remarks:",
    "  a: odd 0. (and 10 like remarks)",
    "  a: a",
  ]);
  expect(lines.at(-1)).toBe("  ... and 2 further remarks; all of them with --json.");
});

test("names from files cannot steer the terminal", () => {
  const path = "evil\u001b]0;title\u0007\u202E\n.json";
  const files = [
    file(path, [4], { warnings: [`odd\u001b[2J`] }),
    file(path, [], { status: "failed", reason: path }),
  ];
  const text = [
    filesTable(files),
    countsText({ files }),
    missingText([{ run: "\u009b", path, missing: [] }]),
  ].join("\n");
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202E]/);
  expect(text).toContain("evil\\x1b]0;title\\x07\\u202e\\n.json");
});

test("runs without a group are counted, with the line that tells one", () => {
  const record = (fields: object) =>
    ({ id: "r", metric: "em", kind: "quality", hyper: {}, points: [], ...fields }) as unknown as RunRecord;
  const of = (records: RunRecord[]): IngestedFile =>
    file("a", [], { runs: records.map((it) => ({ record: it, facts: facts(3), missing: [] })) });
  const files = [
    of([record({}), record({ task: "squad" }), record({ sweep: "s" }), record({ group: null })]),
  ];
  expect(groupsText({ files }, ["runs"])).toBe(
    "2 runs of 4 have no group: no certificate for new tasks counts them. Say what was trained: stopwise ingest runs --task NAME",
  );
  expect(groupsText({ files: [of([record({ group: "g" })])] }, ["runs"])).toBeUndefined();
});

test("of what was no run the nearest log is named, with what to do", () => {
  const state = file("out/checkpoint-5/trainer_state.json", [], {
    format: "hf-trainer-state",
    status: "skipped",
    reason: "holds training rows only, no evaluation.",
  });
  const card = file("README.md", [], {
    format: "model-card",
    status: "skipped",
    reason: "model card without a table.",
  });
  expect(nearestLog([card, state])).toEqual({
    reason: "out/checkpoint-5/trainer_state.json holds training rows only, no evaluation.",
    fix: expect.stringContaining("eval_strategy") as string,
  });
  expect(nearestLog([card])?.reason).toBe("README.md model card without a table.");
  const one = file("m.csv", [1], { format: "csv", warnings: ["one evaluation is no curve: no run record."] });
  expect(nearestLog([card, state, one])?.reason).toBe(
    "m.csv was read, but one evaluation is no curve: no run record.",
  );
  expect(nearestLog([])).toBeUndefined();
});

test("progress tells what was looked at, then how much is read", () => {
  expect(progressLine({ nFiles: 12_345, total: undefined, path: "runs/a" })).toBe(
    "looking: 12,345 files, runs/a",
  );
  expect(progressLine({ nFiles: 5, total: 10, path: "x" })).toBe(
    "reading: [##########..........] 5 of 10 logs, x",
  );
  expect(progressLine({ nFiles: 0, total: 0, path: "x" })).toContain("[####################]");
});

test("of many runs with missing facts thirty are listed", () => {
  const missing = Array.from({ length: 32 }, (_, i) => ({ run: `r${i}`, path: "a", missing: ["task"] }));
  expect(missingText(missing)).toContain("... and 2 further runs; all of them with --json.");
  expect(missingText([])).toBe("Nothing is missing.");
});
