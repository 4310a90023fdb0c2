import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { findLogs, readLogs, recordsOf } from "../index.ts";
import { cleanUp, writeFiles } from "../testing/reader-contract.ts";
import { diskProblem } from "./disk-problem.ts";
import { FileOnDisk } from "./file-head.ts";
import { readSource } from "./read-source.ts";

cleanUp();

const state = (nEvaluations: number, seed = 0): string =>
  JSON.stringify({
    global_step: 100 * nEvaluations,
    max_steps: 1000,
    log_history: Array.from({ length: nEvaluations }, (_, index) => ({
      step: 100 * (index + 1),
      eval_loss: 1 / (index + 1.123_456_789 + seed),
    })),
  });

const error = (code: string): Error => Object.assign(new Error(`${code}: x`), { code });

test.each([
  ["ENOENT", "skipped", /vanished/],
  ["ENOTDIR", "skipped", /vanished/],
  ["ENOTFILE", "skipped", /no regular file/],
  ["EACCES", "failed", /a\/b: cannot be read \(permission denied\)/],
  ["EIO", "failed", /disk gives an error/],
])("%s is a %s file", (code, status, reason) => {
  expect(diskProblem(error(code), "a/b")).toMatchObject({
    path: "a/b",
    status,
    reason: expect.stringMatching(reason) as string,
  });
});

test("other errors are none of the disk's", () => {
  expect(diskProblem(new Error("ENOENT"), "a")).toBeUndefined();
  expect(diskProblem(error("ERR_ASSERTION"), "a")).toBeUndefined();
});

test.skipIf(process.platform === "win32")(
  "pipes, sockets and links to nothing cost nothing and hang nothing",
  async () => {
    const root = writeFiles({ "good/trainer_state.json": state(4) });
    execFileSync("mkfifo", [join(root, "pipe.log"), join(root, "good/other.jsonl")]);
    symlinkSync(join(root, "nowhere"), join(root, "dangling.csv"));
    symlinkSync(join(root, "turn.csv"), join(root, "turn.csv"));
    const server = createServer().listen(join(root, "live.log"));
    await new Promise((done) => server.once("listening", done));
    const { files } = await readLogs([".", "pipe.log"], { root });
    server.close();
    expect(files.map(({ path, status, reason }) => [path, status, reason])).toEqual([
      ["good/other.jsonl", "skipped", "is a named pipe, not a log file."],
      ["good/trainer_state.json", "read", undefined],
      ["live.log", "skipped", "is a socket, not a log file."],
      ["pipe.log", "skipped", "is a named pipe, not a log file."],
    ]);
    expect((await readLogs(["pipe.log"], { root })).files).toMatchObject([{ status: "skipped" }]);
  },
);

test("a checkpoint that rotates away costs itself only", async () => {
  const root = writeFiles({
    "out/checkpoint-200/trainer_state.json": state(2),
    "out/checkpoint-300/trainer_state.json": state(3),
    "out/checkpoint-400/trainer_state.json": state(4),
    "tb/a/events.out.tfevents.1.host": new Uint8Array(0),
  });
  const sources = await findLogs(["."], { root });
  rmSync(join(root, "out/checkpoint-200"), { recursive: true });
  rmSync(join(root, "tb"), { recursive: true });
  const readings = await Promise.all(sources.map((source) => readSource(source, {})));
  expect(readings.flatMap(({ problems }) => problems.map(({ path, status }) => [path, status]))).toEqual([
    ["out/checkpoint-200/trainer_state.json", "skipped"],
    ["tb/a/events.out.tfevents.1.host", "skipped"],
  ]);
  const runs = readings.flatMap(({ readings: read }) => read.flatMap((reading) => reading.runs));
  expect(runs.map(({ evaluations }) => evaluations.length)).toEqual([4]);
});

test("a unit whose reader stops at a missing file is read without it", async () => {
  const root = writeFiles({ "a.csv": "x", "b.csv": "x" });
  const files = ["a.csv", "b.csv"].map((path) => new FileOnDisk(path, join(root, path)));
  unlinkSync(join(root, "a.csv"));
  const reader = {
    format: "strict",
    title: "strict",
    description: { recognised: "any", quality: "none", plan: "none", end: "none", notRead: "all" },
    detect: () => 1,
    read: (given: readonly { readonly path: string }[]) =>
      given.length > 1
        ? Promise.reject(error("ENOENT"))
        : Promise.resolve(given.map(({ path }) => ({ path, runs: [], warnings: [] }))),
  };
  const found = await readSource({ format: "strict", path: "a.csv", files, reader: reader }, {});
  expect(found.readings.map(({ path }) => path)).toEqual(["b.csv"]);
  expect(found.problems).toMatchObject([{ path: "a.csv", status: "skipped" }]);
});

test("a folder that vanishes during the walk, and a folder under a log's name", async () => {
  const root = writeFiles({ "a/trainer_state.json": state(3), "b/trainer_state.json": state(3, 1) });
  mkdirSync(join(root, "c.csv"));
  const seen: string[] = [];
  const report = await readLogs(["."], {
    root,
    onFound: ({ path }) => {
      seen.push(path);
      rmSync(join(root, "b"), { recursive: true, force: true });
    },
  });
  expect(seen).toEqual(["a/trainer_state.json"]);
  expect(report.files).toMatchObject([
    { path: "a/trainer_state.json", status: "read" },
    { path: "b/", status: "skipped", reason: expect.stringContaining("vanished") as string },
  ]);
});

test("the head of an archive is bounded, and heads are let go", () => {
  const root = writeFiles({ "bomb.jsonl.gz": gzipSync(Buffer.alloc(50 << 20)), "a.log": "step 1\n" });
  const before = process.memoryUsage().arrayBuffers;
  const bomb = new FileOnDisk("bomb.jsonl.gz", join(root, "bomb.jsonl.gz"));
  expect(bomb.head.length).toBeLessThanOrEqual(131_072);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
  const log = new FileOnDisk("a.log", join(root, "a.log"));
  log.release();
  writeFileSync(join(root, "a.log"), "step 2\n");
  expect(log.headText).toBe("step 2\n");
});

test("two finished parts of a resumed W&B run need one parent, or an id drawn by chance", async () => {
  const lines = (from: number): string =>
    [1, 2, 3]
      .map((at) => `step: ${100 * (from + at)}, eval_loss: ${(1 / (from + at + 0.123456)).toFixed(6)}`)
      .join("\n") + "\n";
  const tree = (id: string, parent = "wandb") => ({
    [`wandb/run-20260101_100000-${id}/files/output.log`]: lines(0),
    [`${parent}/run-20260102_100000-${id}/files/output.log`]: lines(3),
  });
  const counts = async (files: Record<string, string>) =>
    recordsOf(await readLogs(["."], { root: writeFiles(files) })).map(({ points }) => points.length);
  expect(await counts(tree("ab12cd34"))).toEqual([6]);
  expect(await counts(tree("ab12cd34", "other/wandb"))).toEqual([6]);
  expect(await counts(tree("mine"))).toEqual([6]);
  expect(await counts(tree("mine", "other/wandb"))).toEqual([3, 3]);
});
