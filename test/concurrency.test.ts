import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entry, Workplace } from "./command-line.ts";

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
