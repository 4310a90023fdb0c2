import { readdirSync, writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasPostgres, PostgresServer } from "../packages/store/src/testing/postgres-server.ts";
import { recordLine, Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const line = (text: string): string => {
  expect(text.trim().split("\n")).toHaveLength(1);
  return text.trim();
};

function writeRuns(file: string, n: number, first = 0): void {
  const lines = Array.from({ length: n }, (_, i) =>
    recordLine(`run-${first + i}`, 20, { task: `t${(first + i) % 5}` }),
  );
  writeFileSync(place.file(file), `${lines.join("\n")}\n`);
}

test("store copy, check and backup move everything and say what they found", () => {
  writeRuns("runs.jsonl", 12);
  expect(place.stopwise("ingest", "runs.jsonl").status).toBe(0);
  expect(place.stopwise("retrain", "--own-only").status).toBe(0);
  expect(place.stopwise("store", "backup", "kept").stdout).toContain("12 runs copied (12 added");
  expect(line(place.stopwise("store", "backup", "kept").stderr)).toContain("kept holds 12 runs already");
  expect(place.stopwise("store", "copy", "kept", "runs.parquet").stdout).toContain(
    "12 runs written to runs.parquet",
  );
  expect(place.stopwise("store", "copy", "runs.parquet", "again").status).toBe(0);
  expect(place.stopwise("store", "check", "--store", "again", "--json").json()).toMatchObject({
    nRuns: 12,
    nCheckpoints: 240,
    nModels: 0,
    problems: [],
  });
  expect(place.stopwise("store", "check", "--store", "kept", "--json").json()).toMatchObject({
    nModels: 1,
    problems: [],
  });
  const [model] = (
    place.stopwise("store", "models", "--json").json() as { models: Record<string, unknown>[] }
  ).models;
  expect(model).toMatchObject({ by: expect.stringContaining("@") as string, facts: { nRuns: 12 } });
  expect(place.stopwise("store", "models").stdout).toContain("12");
  for (const wrong of [
    ["nothing", "x"],
    ["kept", "kept"],
    ["mysql://h/db", "x"],
  ]) {
    const called = place.stopwise("store", "copy", ...wrong);
    expect([called.status, line(called.stderr)]).toEqual([2, expect.stringMatching(/^stopwise: .+\. .+/)]);
  }
  expect(readdirSync(place.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

describe.skipIf(!hasPostgres())("a team's store on a real PostgreSQL", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.remove());

  test("ingest, runs, retrain, recommend, rollback, check and copy", () => {
    const store = server.address();
    const on = ["--store", store];
    writeRuns("runs.jsonl", 12);
    expect(place.stopwise("ingest", "runs.jsonl", ...on).stderr).toBe("");
    const { runs } = place.stopwise("runs", "--json", ...on).json() as { runs: unknown[] };
    expect(runs).toHaveLength(12);
    const retrained = place.stopwise("retrain", "--own-only", "--json", ...on);
    expect(retrained.stderr).toBe("");
    const { version } = (retrained.json() as { model: { version: string } }).model;
    const recommend = (...flags: string[]) =>
      (
        place.stopwise("recommend", "--family", "t5", "--json", ...flags).json() as {
          model: { version: string };
        }
      ).model.version;
    expect(recommend(...on)).toBe(version);
    expect(recommend(`--store=${store}`)).toBe(version);
    expect(recommend()).not.toBe(version);
    expect(
      (place.stopwise("retrain", "--own-only", "--json", ...on).json() as { status: string }).status,
    ).toBe("unchanged");
    expect(place.stopwise("store", "check", ...on).stdout).toContain("Everything is as it was written.");
    expect(place.stopwise("store", "copy", store, "local").stdout).toContain("12 runs copied");
    expect(recommend("--store", "local")).toBe(version);
    expect(place.stopwise("retrain", "--rollback", ...on).stdout).toContain(
      "ships with stopwise is in use again",
    );
    expect(recommend(...on)).not.toBe(version);
    expect(readdirSync(place.folder)).not.toContain("postgres:");
  });

  test("a server that is gone, a database that is not there and a password are one line", () => {
    const address = server.address().replace("postgres@", "postgres:secret@");
    writeRuns("runs.jsonl", 3);
    expect(place.stopwise("ingest", "runs.jsonl", "--store", address).status).toBe(0);
    server.kill();
    const gone = place.stopwise("runs", "--store", address);
    expect([gone.status, line(gone.stderr)]).toEqual([
      2,
      expect.stringContaining("the server cannot be reached"),
    ]);
    expect(gone.stderr).not.toContain("secret");
    server.startAgain();
    expect(
      (place.stopwise("runs", "--json", "--store", address).json() as { runs: unknown[] }).runs,
    ).toHaveLength(3);
    const missing = place.stopwise("runs", "--store", address.replace("/postgres?", "/nothing?"));
    expect(line(missing.stderr)).toContain("there is no such database");
    expect(line(place.stopwise("runs", "--store", "postgres://[").stderr)).toContain("is no valid address");
  });
});
