import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, symlinkSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type * as Stopwise from "stopwise";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = new URL("../packages/stopwise/dist/index.js", import.meta.url);
const task = {
  datasetSize: 1000,
  answerLength: 4,
  family: "t5",
  params: 30_000,
  regime: "from-scratch" as const,
  maxSteps: 1000,
  evals: 40,
  epochs: 30,
};
let stopwise: typeof Stopwise;

beforeAll(async () => {
  stopwise = (await import(built.href)) as typeof Stopwise;
});

/** A fresh folder in which the built package can be imported by its name. */
function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stopwise-library-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(root, "packages/stopwise"), join(folder, "node_modules/stopwise"), "dir");
  return folder;
}

/** A run whose score climbs to a plateau. */
const checkpoint = (i: number) => ({
  step: 25 * i,
  tokens: 25_000 * i,
  quality: 0.9 * (1 - Math.exp(-i / 3)),
  evalLoss: 0.1 + Math.exp(-i / 3),
});

describe("recommend", () => {
  test("answers from the shipped model with policy, certificate and evidence", async () => {
    const advice = await stopwise.recommend({ ...task, maxEmLoss: 0.02, confidence: 0.8 });
    expect(advice.status).toBe("certified");
    expect(advice.evidence.length).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(advice))).toHaveProperty("model.trainedOn");
    expect(advice.toConfig("json").settings["policy"]).toEqual(advice.policy);
  });

  test("the same request gives the same answer", async () => {
    const once = JSON.stringify(await stopwise.recommend(task));
    expect(JSON.stringify(await stopwise.recommend(task))).toBe(once);
  });

  test.each([
    [{ datasetSize: -1 }, "datasetSize must be > 0, got -1."],
    [{ maxEmLoss: 1 }, 'maxEmLoss as a bare number must be < 0.3, got 1. Write points as "1pt".'],
    [{ confidence: 90 }, "confidence must be < 1, got 90."],
    [{ target: "pandas" }, "--target must be one of"],
  ])("%o is refused in one line", async (request, line) => {
    await expect(stopwise.recommend(request)).rejects.toThrow(line);
  });
});

describe("createStopper", () => {
  test("carries out the learned criterion and resumes at any point to the same decisions", async () => {
    const {
      advice,
      task: asked,
      model,
    } = await stopwise.recommend({ ...task, maxEmLoss: 0.05, confidence: 0.5 });
    const { policy } = advice["learned"] as { policy: Stopwise.Policy };
    const whole = stopwise.createStopper(policy, { task: asked, model });
    let state: Stopwise.Json | undefined;
    for (let i = 1; i <= 40; i++) {
      const resumed = stopwise.createStopper(policy, { task: asked, model, state });
      const decision = whole.observe(checkpoint(i));
      expect(resumed.observe(checkpoint(i))).toEqual(decision);
      state = JSON.parse(JSON.stringify(resumed.state())) as Stopwise.Json;
    }
    expect(whole.observe(checkpoint(41))).toMatchObject({ action: "stop", criterion: "remaining-gain" });
  });

  test("refuses the state of another policy, naming both", () => {
    const patience = (threshold: number) =>
      stopwise.parsePolicy({ version: 1, criterion: "staleness", threshold });
    const state = stopwise.createStopper(patience(2)).state();
    expect(() => stopwise.createStopper(patience(3), { state })).toThrow(
      /state belongs to policy .*has policy/,
    );
  });

  test("a learned criterion without its model is refused", () => {
    const policy = { version: 1, criterion: "remaining-gain", threshold: -0.1 } as unknown as Stopwise.Policy;
    expect(() => stopwise.createStopper(policy)).toThrow(/remaining-gain/);
  });
});

test("the README's example runs", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, example] = /```ts\n([\s\S]*?)```/.exec(readme)!;
  const folder = freshFolder();
  const setting = `
    const saved = undefined;
    const saveCheckpoint = ({ stopper }) => { if (typeof JSON.stringify(stopper) !== "string") throw new Error("no state"); };
    const evaluations = Array.from({ length: 40 }, (_, i) => ({ step: 200 * (i + 1), tokens: 2e5 * (i + 1), em: 0.8 * (1 - Math.exp(-i / 4)), evalLoss: 1 }));
  `;
  writeFileSync(
    join(folder, "example.mjs"),
    `${example!}\nconsole.log(advice.status);`.replace("const advice", `${setting}\nconst advice`),
  );
  const output = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
  expect(output.trim().split("\n").at(-1)).toMatch(/^(certified|uncertified|abstained)$/);
});
