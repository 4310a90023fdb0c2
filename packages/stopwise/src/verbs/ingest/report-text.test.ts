import type { IngestedFile } from "@stopwise/readers";
import { expect, test } from "vitest";
import { countsText, filesTable, missingText } from "./report-text.ts";

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

test("one row per file: one run with its last step, several with their range, none with the reason", () => {
  const files = [
    file("a", [4]),
    file("b", [7, 3, 5]),
    file("c", [], { status: "skipped", reason: "is no log." }),
  ];
  expect(filesTable(files).split("\n").slice(1)).toEqual([
    "a     run-record  read        1       4        400  em",
    "b     run-record  read        3  3 to 7          -  em",
    "c     run-record  skipped     0       -          -  is no log.",
  ]);
});

test("failed files and remarks are named, the eleventh remark only counted", () => {
  const warnings = Array.from({ length: 11 }, (_, i) => `odd ${i}.`);
  const files = [file("a", [4], { warnings }), file("b", [], { status: "failed", reason: "b:3: is cut." })];
  const lines = countsText({ files }).split("\n");
  expect(lines.slice(0, 4)).toEqual([
    "2 files: 1 read (1 run), 0 skipped, 1 failed",
    "  failed: b:3: is cut.",
    "remarks:",
    "  a: odd 0.",
  ]);
  expect(lines.at(-1)).toBe("  ... and 1 further remark; all of them with --json.");
});

test("of many runs with missing facts thirty are listed", () => {
  const missing = Array.from({ length: 32 }, (_, i) => ({ run: `r${i}`, path: "a", missing: ["task"] }));
  expect(missingText(missing)).toContain("... and 2 further runs; all of them with --json.");
  expect(missingText([])).toBe("Nothing is missing.");
});
