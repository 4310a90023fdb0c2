import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasPostgres, PostgresServer } from "../packages/store/src/testing/postgres-server.ts";
import { entry, recordLine, Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

function writeRun(file: string, id: string, nCheckpoints: number): void {
  const points = Array.from({ length: nCheckpoints }, (_, i) => ({
    step: i + 1,
    quality: 1 - 1 / (i + 2 + id.length),
  }));
  const facts = { id, metric: "exact_match", task: id, end: "completed" };
  writeFileSync(place.file(file), `${JSON.stringify({ ...facts, points })}\n`);
}

test("several processes that ingest at the same time wait for each other", async () => {
  const names = ["a", "b", "c", "d"];
  for (const name of names) writeRun(`${name}.jsonl`, name, 20);
  const children = names.map((name) =>
    spawn(process.execPath, [entry, "ingest", `${name}.jsonl`], { cwd: place.folder, stdio: "ignore" }),
  );
  const statuses = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as number));
  expect(statuses).toEqual([0, 0, 0, 0]);
  const { runs } = place.stopwise("runs", "--json").json() as { runs: { id: string }[] };
  expect(runs.map(({ id }) => id)).toEqual(names);
});

function ingesting(n: number, each: number, store: string): Promise<string[]> {
  const calls = Array.from({ length: n }, async (_, k) => {
    const lines = Array.from({ length: each }, (_run, i) => recordLine(`p${k}-${i}`, 5));
    writeFileSync(place.file(`p${k}.jsonl`), `${lines.join("\n")}\n`);
    const child = spawn(process.execPath, [entry, "ingest", `p${k}.jsonl`, "--store", store], {
      cwd: place.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let told = "";
    child.stderr.on("data", (bytes: Buffer) => (told += bytes.toString()));
    const [status] = (await once(child, "exit")) as [number];
    return status === 0 ? "done" : told;
  });
  return Promise.all(calls);
}

const hashesOf = (store: string): string[] =>
  (place.stopwise("runs", "--json", "--store", store).json() as { runs: { id: string }[] }).runs.map(
    ({ id }) => id,
  );

describe("ten processes that ingest a hundred runs each at the same time: all of them, each once", () => {
  const expected = Array.from({ length: 10 }, (_, k) =>
    Array.from({ length: 100 }, (_run, i) => `p${k}-${i}`),
  )
    .flat()
    .sort();

  test("into one DuckDB file", async () => {
    expect(await ingesting(10, 100, "store")).toEqual(Array.from({ length: 10 }, () => "done"));
    expect(hashesOf("store")).toEqual(expected);
    expect(place.stopwise("store", "check", "--store", "store", "--json").json()).toMatchObject({
      nRuns: 1000,
      problems: [],
    });
  });

  test.skipIf(!hasPostgres())("into one PostgreSQL database", async () => {
    const server = await PostgresServer.start();
    try {
      const store = server.address();
      expect(await ingesting(10, 100, store)).toEqual(Array.from({ length: 10 }, () => "done"));
      expect(hashesOf(store)).toEqual(expected);
    } finally {
      server.remove();
    }
  });
});

test("retrain --watch takes a run as its log appears", async () => {
  mkdirSync(place.file("logs"));
  const args = ["retrain", "--watch", "logs", "--interval", "0.5", "--own-only", "--json"];
  const child = spawn(process.execPath, [entry, ...args], { cwd: place.folder });
  try {
    await once(child.stderr, "data");
    for (const name of ["a", "b", "c"]) writeRun(`logs/${name}.jsonl`, name, 30);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    expect(JSON.parse(line.toString())).toMatchObject({ status: "promoted" });
  } finally {
    child.kill();
    await once(child, "exit");
  }
});
