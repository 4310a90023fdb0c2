import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tensorflowCallbacks } from "./tensorflow.ts";
import { startTraining, untilStopped, type Evaluation } from "./training.ts";

// A policy of the start of the run that stops needs no shipped model: the model is stood in for.
const policy = {
  version: 1,
  criterion: "staleness",
  monitor: "quality",
  direction: "max",
  params: { unit: "evals", minDelta: 0, minDeltaMode: "deadBand" },
  threshold: 2,
  compare: ">=",
  nan: "count",
  delivery: "best",
} as const;

vi.mock("./live-surroundings.ts", () => ({
  liveSurroundings: (store: string) => ({
    store,
    folder: join(store, "live"),
    now: () => new Date(0),
    recommend: ({ task }: { task: object }) => ({
      recommendation: {
        status: "certified",
        policy,
        sentence: "Stop after two.",
        certificate: { alpha: 0.1, metricClass: "match", nGroups: 30 },
        population: {},
        advice: {},
      },
      task,
      learned: undefined,
      maxLoss: 0.01,
    }),
    contextFor: (_: unknown, task: { maxSteps?: number }) => ({ task, planned: { steps: task.maxSteps } }),
    thresholdsFor: () => [2, 3, 4],
  }),
}));

let store: string;
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "stopwise-training-"));
});
afterEach(() => {
  rmSync(store, { recursive: true, force: true });
});

const start = () => ({
  run: "r1",
  task: { metric: "exact_match", maxSteps: 1000 },
  mode: "stop" as const,
  auditShare: 0,
  store,
});
const curve = [0.1, 0.4, 0.6, 0.6, 0.6, 0.6, 0.6];
const ended = (): string[] => readdirSync(join(store, "live", "ended"));

test("a training in this process stops as the policy says and is recorded", () => {
  const training = startTraining(start());
  const actions = curve
    .slice(0, 5)
    .map((quality, i) => training.checkpoint({ step: 100 * (i + 1), quality }).action);
  expect(actions).toEqual(["continue", "continue", "continue", "continue", "stop"]);
  expect(training.end("early-stopped").run).toBe("r1");
  expect(ended()).toEqual(["r1.ended.json"]);
});

test("evaluations are passed on until the stop, and their source is closed", async () => {
  let closed = false;
  function* train(): Generator<Evaluation & { note: string }> {
    try {
      for (const [i, quality] of curve.entries()) yield { step: 100 * (i + 1), quality, note: `n${i}` };
    } finally {
      closed = true;
    }
  }
  const seen: [string, string][] = [];
  for await (const { evaluation, decision } of untilStopped(train(), start())) {
    seen.push([evaluation.note, decision.action]);
  }
  expect(seen.at(-1)).toEqual(["n4", "stop"]);
  expect(closed).toBe(true);
  expect(ended()).toHaveLength(1);
});

test("a source that throws is a crashed run, and the error comes through", async () => {
  function* train(): Generator<Evaluation> {
    yield { step: 100, quality: 0.1 };
    throw new Error("out of memory");
  }
  const all = async (): Promise<void> => {
    for await (const { decision } of untilStopped(train(), start())) expect(decision.action).toBe("continue");
  };
  await expect(all()).rejects.toThrow("out of memory");
  // A crashed run keeps its journal: it may be gone on with.
  const journal = readFileSync(join(store, "live", "r1.journal.jsonl"), "utf8");
  expect(journal).toContain('"type":"crash"');
});

test("the callbacks of TensorFlow.js set stopTraining", () => {
  const model = { stopTraining: false };
  const callbacks = tensorflowCallbacks(model, { ...start(), monitor: "val_acc", stepsPerEpoch: 100 });
  callbacks.onTrainBegin();
  const stops = curve.slice(0, 5).map((value, epoch) => {
    callbacks.onEpochEnd(epoch, { loss: 1, val_loss: 1, val_acc: value });
    return model.stopTraining;
  });
  callbacks.onTrainEnd();
  expect(stops).toEqual([false, false, false, false, true]);
  expect(ended()).toHaveLength(1);
});

test("what fails in a callback is one warning and the training goes on", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const model = { stopTraining: false };
  const callbacks = tensorflowCallbacks(model, { ...start(), monitor: "val_em", stepsPerEpoch: 100 });
  callbacks.onTrainBegin();
  for (const epoch of [0, 1]) callbacks.onEpochEnd(epoch, { loss: 1, val_acc: 0.5 });
  callbacks.onTrainEnd();
  expect(warned).toHaveBeenCalledTimes(1);
  expect(warned.mock.calls[0]![0]).toContain("val_em is not among the logged metrics (loss, val_acc).");
  expect(model.stopTraining).toBe(false);
});
