import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { entry, Workplace } from "./command-line.ts";

let place: Workplace;
let children: ChildProcess[] = [];
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  place.remove();
});

/** A run that learns fast and then stands still: the shipped knowledge has seen its kind. */
const task = JSON.stringify({
  datasetSize: 3000,
  answerLength: 3,
  family: "gpt2",
  params: 11_104,
  maxSteps: 1200,
  maxTokens: 384_000,
  evals: 100,
  evalSize: 500,
});
const flags = ["--task", task, "--mode", "stop", "--interval", "0.05", "--json"];
const qualityAt = (i: number): number => Number(Math.min(0.97, 0.2 + 0.06 * i).toFixed(3));
const row = (i: number): object => ({
  step: 12 * (i + 1),
  tokens: 3840 * (i + 1),
  eval_exact_match: qualityAt(i),
  eval_loss: 0.1,
});
const jsonLine = (i: number): string => `${JSON.stringify(row(i))}\n`;

class Watching {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";

  constructor(...args: readonly string[]) {
    const env = { ...process.env, STOPWISE_STORE: "", STOPWISE_DEBUG: "" };
    this.child = spawn(process.execPath, [entry, "watch", ...args], { cwd: place.folder, env });
    this.child.stdout!.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr!.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    children.push(this.child);
  }

  get told(): Record<string, unknown>[] {
    const lines = this.stdout.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  steps(): unknown[] {
    return this.told.filter(({ type }) => type === "decision").map(({ step }) => step);
  }

  async until(what: () => boolean): Promise<void> {
    for (let i = 0; i < 600 && !what(); i++) await sleep(50);
    if (!what()) throw new Error(`not told: ${this.stdout}\n${this.stderr}`);
  }

  async exit(): Promise<unknown> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    return (await once(this.child, "exit"))[0];
  }
}

test("a log that grows is followed to its stop, which is acted on once, with its reason", async () => {
  const log = place.file("run.jsonl");
  const sleeper = spawn("sleep", ["600"]);
  children.push(sleeper);
  const died = once(sleeper, "exit");
  const command = 'echo "$STOPWISE_STEP $STOPWISE_REASON" >> acted.txt';
  const acts = ["--flag-file", "stop/flag.json", "--command", command, "--pid", String(sleeper.pid)];
  const watching = new Watching("run.jsonl", ...flags, ...acts);
  for (let i = 0; i < 100 && watching.child.exitCode === null; i++) {
    appendFileSync(log, jsonLine(i));
    if (i % 10 === 9)
      await watching.until(() => watching.child.exitCode !== null || watching.steps().length > i);
  }
  expect(await watching.exit()).toBe(0);
  const stop = watching.told.find(({ action }) => action === "stop")!;
  expect(stop["reason"]).toMatch(/^Stopped because /);
  expect(JSON.parse(readFileSync(place.file("stop/flag.json"), "utf8"))).toMatchObject({
    action: "stop",
    step: stop["step"],
  });
  expect(readFileSync(place.file("acted.txt"), "utf8")).toBe(
    `${String(stop["step"])} ${String(stop["reason"])}\n`,
  );
  expect((await died)[1]).toBe("SIGTERM");
  expect(watching.told.at(-1)).toMatchObject({ type: "recorded" });

  const again = new Watching("run.jsonl", ...flags, "--command", command);
  await again.exit();
  expect(readFileSync(place.file("acted.txt"), "utf8").split("\n")).toHaveLength(2);
  const { runs } = place.stopwise("runs", "--json").json() as { runs: { end: string }[] };
  expect(runs[0]).toMatchObject({ end: "early-stopped" });
});

test("cut back, rotated, half a line, gone back: nothing is taken twice or by halves", async () => {
  const log = place.file("run.jsonl");
  writeFileSync(log, [0, 1, 2].map(jsonLine).join(""));
  const watching = new Watching("run.jsonl", ...flags, "--mode", "shadow");
  await watching.until(() => watching.steps().length === 3);
  writeFileSync(log, jsonLine(0));
  await sleep(400);
  writeFileSync(log, [0, 1, 2, 3].map(jsonLine).join(""));
  await watching.until(() => watching.steps().length === 4);
  expect(watching.steps()).toEqual([12, 24, 36, 48]);
  // The trainer goes back to step 24 and comes by another way.
  const other = jsonLine(2).replace(String(qualityAt(2)), "0.111");
  writeFileSync(log, [jsonLine(0), jsonLine(1), other].join(""));
  await watching.until(() => watching.steps().length === 5);
  expect(watching.told.filter(({ type }) => type === "rewound")).toEqual([{ type: "rewound", step: 24 }]);
  expect(watching.steps()).toEqual([12, 24, 36, 48, 36]);
});

test("a log that is not there yet, a folder, another format", async () => {
  const watching = new Watching("out", ...flags, "--mode", "shadow", "--idle", "2");
  await watching.until(() => watching.stderr.includes("waiting for out"));
  mkdirSync(place.file("out"));
  const lines = ["step,tokens,eval_exact_match,eval_loss"];
  for (let i = 0; i < 5; i++) {
    lines.push(`${12 * (i + 1)},${3840 * (i + 1)},${qualityAt(i)},0.1`);
    writeFileSync(place.file("out/metrics.csv"), `${lines.join("\n")}\n`);
    if (i > 0) await watching.until(() => watching.steps().length === i + 1);
  }
  expect(await watching.exit()).toBe(0);
  expect(watching.told.at(-1)).toMatchObject({ type: "recorded" });
  const { runs } = place.stopwise("runs", "--json").json() as { runs: object[] };
  expect(runs).toMatchObject([{ end: "crashed", nCheckpoints: 5 }]);
});

test("standard input", async () => {
  const watching = new Watching("-", ...flags, "--flag-file", "flag.json");
  for (let i = 0; i < 100; i++) watching.child.stdin!.write(jsonLine(i));
  watching.child.stdin!.end();
  expect(await watching.exit()).toBe(0);
  expect(watching.told.at(-2)).toMatchObject({ type: "decision", action: "stop" });
  expect(existsSync(place.file("flag.json"))).toBe(true);
});

test.each([
  [["x.jsonl", "--signal", "SIGINT"], "--signal needs a process. Give --pid too."],
  [["x.jsonl", "--pid", "999999999"], "there is no process 999999999."],
  [["x.jsonl", "--mode", "on"], "--mode must be one of auto, stop, shadow, audit, got on."],
  [["two.jsonl", "--idle", "1", "--interval", "0.05"], "holds 2 runs"],
  [["empty", "--idle", "0.5", "--interval", "0.05"], "holds no run."],
])("%j is refused in one line", (args, message) => {
  const record = (id: string): string =>
    JSON.stringify({ id, metric: "exact_match", points: [{ step: 1, quality: 0.1 }] });
  writeFileSync(place.file("two.jsonl"), `${record("a")}\n${record("b")}\n`);
  mkdirSync(place.file("empty"));
  writeFileSync(place.file("empty/notes.txt"), "nothing\n");
  const { status, stderr } = place.stopwise("watch", ...args);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
