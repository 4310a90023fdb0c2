import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InvalidInputError } from "@stopwise/core";
import { findLogs, readLogs, recordsOf } from "../index.ts";
import { cleanUp, readFiles, writeFiles } from "../testing/reader-contract.ts";

cleanUp();

const state = (steps: readonly number[], scale = 0.001_234_567): string =>
  JSON.stringify({
    global_step: steps.at(-1),
    max_steps: 100,
    log_history: steps.map((step) => ({
      step,
      epoch: step / 10,
      eval_loss: 1 / (step * scale),
      eval_f1: step * scale,
    })),
  });

const steps = [10, 20, 30, 40, 50, 60];

test("a copied log is one run, told in the copy", async () => {
  const found = await readFiles({
    "a/trainer_state.json": state(steps),
    "backup/x/trainer_state.json": state(steps),
  });
  expect(recordsOf({ files: found })).toHaveLength(1);
  expect(found[1]).toMatchObject({ partOf: "a/trainer_state.json", runs: [], status: "read" });
});

test("different runs of the same folder name have ids of their own, whatever their first values", async () => {
  const flat = (last: number) =>
    `---\ntags: [generated_from_trainer]\n---\n### Training results\n\n| Epoch | Step | Validation Loss | Exact Match |\n|---|---|---|---|\n| 1 | 10 | 0.5 | 0.0 |\n| 2 | 20 | 0.5 | ${last} |\n`;
  const files = Object.fromEntries([0.1, 0.2, 0.3].map((last) => [`t${last}/a/b/c/d/README.md`, flat(last)]));
  const ids = recordsOf({ files: await readFiles(files) }).map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
});

test("the id of a log with full-precision values survives a move of the folder and another root", async () => {
  const root = writeFiles({
    "x/out/trainer_state.json": state(steps),
    "y/z/out/trainer_state.json": state([...steps, 70]),
  });
  const idOf = async (path: string, from: string) => recordsOf(await readLogs([path], { root: from }))[0]?.id;
  const id = await idOf("x", root);
  expect(await idOf(".", join(root, "x", "out"))).toBe(id);
  expect(await idOf("y", root)).toBe(id);
  expect(recordsOf(await readLogs(["."], { root })).map(({ points }) => points.length)).toEqual([7]);
});

test("the walk skips what is no log, sorts, and finds links once", async () => {
  const root = writeFiles({
    "b/trainer_state.json": state(steps),
    "a/trainer_state.json": state(steps, 0.002),
    "node_modules/trainer_state.json": state(steps),
    ".stopwise/trainer_state.json": state(steps),
    "a/model.safetensors": "x",
    "a/config.json": "{}",
    "README.md": "# A project\n\nNothing here.\n",
  });
  mkdirSync(join(root, "c"));
  symlinkSync(join(root, "b"), join(root, "c/link"));
  symlinkSync(root, join(root, "c/loop"));
  const found = await findLogs(["."], { root });
  expect(found.map(({ path }) => path)).toEqual(["a/trainer_state.json", "b/trainer_state.json"]);
});

test("a damaged log costs that log only and is named in one line", async () => {
  const found = await readFiles({
    "a/trainer_state.json": state(steps).slice(0, -40),
    "b/trainer_state.json": state(steps),
  });
  expect(found.map(({ status }) => status)).toEqual(["failed", "read"]);
  expect(found[0]?.reason).toMatch(/^a\/trainer_state\.json: is no complete JSON \(.+\)\. Restore the file/);
});

test("a path that does not exist is refused, a named file of no format is listed", async () => {
  const root = writeFiles({ "notes.rst": "text", "data.bin": new Uint8Array(100) });
  await expect(readLogs(["absent"], { root })).rejects.toThrow(InvalidInputError);
  await expect(readLogs(["absent"], { root })).rejects.toThrow(/absent/);
  const report = await readLogs(["notes.rst", "data.bin"], { root });
  expect(report.files).toMatchObject([
    { path: "data.bin", status: "skipped", format: "unknown" },
    { path: "notes.rst", status: "skipped", reason: "is no log of a known format." },
  ]);
});

test("progress counts the sources", async () => {
  const seen: unknown[] = [];
  await readFiles(
    { "a/trainer_state.json": state(steps) },
    { onProgress: (progress) => seen.push(progress) },
  );
  expect(seen).toEqual([{ done: 1, total: 1, path: "a/trainer_state.json" }]);
});

test("what other loggers wrote of a run is part of the most exact log", async () => {
  const table = (shift: number): string =>
    ["| Training Loss | Epoch | Step | Validation Loss | F1 |", "|---|---|---|---|---|"]
      .concat(
        steps.map(
          (step) =>
            `| 1 | ${step / 10} | ${step} | ${(1 / (step * 0.001_234_567)).toFixed(4)} | ${(step * 0.001_234_567 + shift).toFixed(4)} |`,
        ),
      )
      .join("\n");
  const card = (shift: number): string =>
    `---\ntags: [generated_from_trainer]\n---\n### Training results\n\n${table(shift)}\n`;
  const found = await readFiles({
    "out/README.md": card(0),
    "out/checkpoint-60/trainer_state.json": state(steps),
    "out/other/README.md": card(0.01),
    "elsewhere/README.md": card(0),
  });
  const statusOf = (path: string) => found.find((file) => file.path === path);
  expect(statusOf("out/README.md")).toMatchObject({
    status: "read",
    partOf: "out/checkpoint-60/trainer_state.json",
    runs: [],
  });
  expect(statusOf("out/other/README.md")?.runs).toHaveLength(1);
  expect(statusOf("elsewhere/README.md")).toMatchObject({ partOf: "out/checkpoint-60/trainer_state.json" });
});
