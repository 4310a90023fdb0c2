import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const policy = '{"version":1,"criterion":"staleness","threshold":3}';

test.each([
  [["ingset", "x"], 'there is no verb "ingset". Did you mean ingest?'],
  [["banana"], 'there is no verb "banana". See stopwise --help.'],
  [["watch"], "missing required argument 'path'"],
  [["ingest"], "missing required argument 'path'"],
  [["ingest", "nowhere"], "nowhere"],
  [["ingest", ".", "--dataset-size", "-5"], "--dataset-size must be a number > 0, got -5."],
  [["ingest", ".", "--dataset-sise", "5"], "Did you mean --dataset-size?"],
  [["ingest", "."], "no run was found under ."],
  [["runs", "show", "abc"], "there is no run abc in the store."],
  [["runs", "export", "runs.xlsx"], "must end in .jsonl, .jsonl.gz or .parquet, got runs.xlsx."],
  [["replay"], "replay needs a policy."],
  [["replay", "--policy", policy], "replay needs runs."],
  [["replay", "--policy", "{"], "--policy is no valid JSON"],
  [["replay", "--policy", "nowhere.json"], "nowhere.json: there is no such file or folder."],
  [
    ["replay", "--policy", policy, "--curve", "c.json", "--semantics", "kera"],
    'semantics "kera" is not known.',
  ],
  [["replay", "--policy", '{"version":1,"criterion":"stale","threshold":3}', "--curve", "c.json"], "stale"],
  [["evaluate"], "the store .stopwise is empty."],
] as const)("%j is refused in one line, with exit status 2", (args, message) => {
  writeFileSync(place.file("c.json"), "[0.1, 0.2]");
  const { status, stdout, stderr } = place.stopwise(...args);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(status).toBe(2);
});

test("a store that a newer version wrote, or that is damaged, is refused with the mend", () => {
  writeFileSync(place.file("run.jsonl"), `{"id":"a","metric":"em","points":[{"step":1,"quality":0.5}]}\n`);
  place.stopwise("ingest", "run.jsonl");
  writeFileSync(place.file(".stopwise/store.duckdb"), "no database");
  for (const args of [["runs"], ["ingest", "run.jsonl"]]) {
    const { status, stderr } = place.stopwise(...args);
    expect(stderr).toContain("Move it away and ingest the logs again");
    expect(status).toBe(2);
  }
});

test("help has examples, the version is the package's", () => {
  for (const verb of ["ingest", "runs", "replay", "evaluate"]) {
    const { status, stdout } = place.stopwise(verb, "--help");
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain("--json");
    expect(status).toBe(0);
  }
  expect(place.stopwise("--help").stdout).toContain("Verbs:");
  expect(place.stopwise("--version").stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
