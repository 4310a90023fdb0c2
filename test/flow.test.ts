import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { recommendationSchema, type Recommendation } from "@stopwise/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { entry, hasShared, shared, Workplace, type Called } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const task = ["--dataset-size", "20000", "--answer-length", "4", "--family", "t5"];
const plan = ["--max-steps", "8000", "--evals", "40", "--batch-size", "32"];
const bound = ["--max-em-loss", "1pt", "--confidence", "0.9"];

/** A recommendation as JSON, checked against the schema and the exit status that belongs to its status. */
function recommend(...args: string[]): Recommendation {
  const called = place.stopwise("recommend", "--json", ...args);
  expect(called.stderr).toBe("");
  const answer = recommendationSchema.parse(called.json());
  expect(called.status).toBe(answer.status === "abstained" ? 3 : 0);
  expect(answer.certificate.certified).toBe(answer.status === "certified");
  return answer;
}

function oneLine(called: Called): string {
  expect(called.status).toBe(2);
  expect(called.stdout).toBe("");
  expect(called.stderr.trim().split("\n")).toHaveLength(1);
  return called.stderr;
}

describe("recommend, in a fresh folder, from the shipped model", () => {
  test("answers with policy, evidence and certificate, the same every time", () => {
    const answer = recommend(...task, ...plan, ...bound);
    expect(answer.certificate.alpha).toBeCloseTo(0.1, 12);
    expect(answer.evidence.length).toBeGreaterThan(0);
    expect(answer.predicted.saving.low).toBeLessThanOrEqual(answer.predicted.saving.high);
    expect(recommend(...task, ...plan, ...bound)).toEqual(answer);
    expect(readdirSync(place.folder)).toEqual([]);
  });

  test("one percent, one point and 0.01 are the same bound", () => {
    const answers = ["1pt", "1%", "0.01"].map((loss) => recommend(...task, "--max-em-loss", loss));
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test.each([
    ["a family never seen", ["--family", "retnet", "--dataset-size", "500"]],
    ["nothing known", []],
    ["one fact", ["--dataset-size", "300"]],
    ["far from every past run", ["--dataset-size", "9e12", "--answer-length", "90000", "--family", "t5"]],
    ["a loss-only task", ["--metric", "eval_loss", "--max-loss-increase", "1%"]],
  ])("%s gets an answer with a status", (_, args) => {
    recommend(...args);
  });

  test("Hugging Face settings stand in the answer, from the command of the README", () => {
    const { config, status } = recommend(...task, ...bound, "--target", "huggingface");
    if (status !== "abstained") expect(JSON.stringify(config)).toContain("early_stopping_patience");
  });

  test.each([
    [["--max-em-loss", "1"], "must be < 0.3, got 1. Write points as 1pt."],
    [["--dataset-size", "-5"], "--dataset-size must be a number > 0, got -5."],
    [["--confidence", "90"], "--confidence must be between 0 and 1"],
    [["--bound", "median"], "--bound must be one of"],
    [["--target", "caffe"], "caffe"],
    [["--famly", "t5"], "Did you mean --family?"],
  ])("%j is refused in one line", (args, message) => {
    expect(oneLine(place.stopwise("recommend", ...args))).toContain(message);
  });

  test("the page for people names the policy and its status", () => {
    const { stdout, status } = place.stopwise("recommend", ...task, ...plan, ...bound);
    const answer = recommend(...task, ...plan, ...bound);
    expect(status).toBe(answer.status === "abstained" ? 3 : 0);
    expect(stdout).toContain(answer.sentence);
    expect(stdout.toLowerCase()).toContain(answer.status);
  });
});

test("demo tells the means over held-out tasks, then two runs with their four stops", () => {
  const { status, stdout } = place.stopwise("demo");
  expect(status).toBe(0);
  for (const name of ["patience 3", "recommended", "learned", "hindsight"]) expect(stdout).toContain(name);
  const told = place.stopwise("demo", "--json").json() as {
    aggregate: { name: string; saving: number; emLoss: number }[];
    shown: { stops: { name: string; saving: number; emLoss: number }[] }[];
  };
  const row = (name: string): { saving: number; emLoss: number } =>
    told.aggregate.find((it) => it.name === name)!;
  expect(row("learned").emLoss).toBeLessThan(row("patience 3").emLoss);
  const learned = told.shown.map(({ stops }) => stops.find((it) => it.name === "learned")!);
  expect(learned[0]!.saving).toBeGreaterThan(0);
  expect(learned[1]!.saving).toBe(0);
});

test("retrain without runs is refused in one line", () => {
  expect(oneLine(place.stopwise("retrain"))).toContain("is empty. Run stopwise ingest PATH first.");
  expect(oneLine(place.stopwise("retrain", "--rollback"))).toContain("there is no model to roll back");
});

describe("a team's own runs", () => {
  interface Retrained {
    status: string;
    nNewRuns: number;
    model: { version: string };
  }
  const retrain = (...args: string[]): Retrained => {
    const called = place.stopwise("retrain", "--json", ...args);
    expect(called.stderr).toBe("");
    return called.json() as Retrained;
  };

  /** Runs that learn and level off; of two tasks, they are too few groups for a comparison with the model in use. */
  function writeRuns(file: string, nRuns: number, nTasks = 2): void {
    const line = (i: number): string => {
      const points = Array.from({ length: 25 }, (_, k) => ({
        step: 100 * (k + 1),
        quality: Math.round(1000 * (0.8 - 0.7 * Math.exp(-(k + 1) / (3 + (i % 5))))) / 1000,
      }));
      const facts = {
        task: `task-${i % nTasks}`,
        family: "t5",
        datasetSize: 1000 * (1 + (i % 3)),
        plannedSteps: 2500,
      };
      return JSON.stringify({ id: `r${i}`, metric: "exact_match", end: "completed", ...facts, points });
    };
    writeFileSync(place.file(file), `${Array.from({ length: nRuns }, (_, i) => line(i)).join("\n")}\n`);
  }

  test("are ingested, learned from, recommended from, and a model can be rolled back", () => {
    writeRuns("runs.jsonl", 12);
    expect(place.stopwise("ingest", "runs.jsonl").status).toBe(0);
    const first = retrain("--own-only");
    expect(first).toMatchObject({ status: "promoted", nNewRuns: 12, comparison: null });
    expect(recommend("--family", "t5", ...bound).model.version).toBe(first.model.version);
    expect(retrain("--own-only")).toMatchObject({ status: "unchanged", model: first.model });

    writeRuns("runs.jsonl", 14);
    place.stopwise("ingest", "runs.jsonl");
    // Two tasks cannot tell whether it is better: the model in use stays until somebody says otherwise.
    expect(retrain("--own-only")).toMatchObject({ status: "kept", model: first.model });
    const second = retrain("--own-only", "--promote");
    expect(second).toMatchObject({ status: "promoted", nNewRuns: 2 });
    expect(second.model.version).not.toBe(first.model.version);
    expect(place.stopwise("retrain", "--rollback").status).toBe(0);
    expect(recommend("--family", "t5", ...bound).model.version).toBe(first.model.version);

    const models = place.file(".stopwise/models");
    const files = readdirSync(models).filter((it) => it.endsWith(".model"));
    const flipped = (bytes: Buffer): Buffer => bytes.fill(~bytes[bytes.length >> 1]!, bytes.length >> 1);
    for (const name of files) writeFileSync(join(models, name), flipped(readFileSync(join(models, name))));
    expect(oneLine(place.stopwise("recommend", ...bound))).toMatch(/model file/);
    for (const name of files) writeFileSync(join(models, name), "cut");
    expect(oneLine(place.stopwise("recommend", ...bound))).toContain("is not the file that was put into use");
    expect(place.stopwise("retrain", "--rollback").stdout).toContain("ships with stopwise is in use again");
    recommend("--family", "t5", ...bound);
  });

  test("the same runs and seed give the same model, whatever the order of ingestion and the threads", () => {
    writeRuns("runs.jsonl", 12);
    const lines = readFileSync(place.file("runs.jsonl"), "utf8").trim().split("\n");
    writeFileSync(place.file("reversed.jsonl"), `${lines.reverse().join("\n")}\n`);
    for (const [file, store, ...flags] of [
      ["runs.jsonl", "one"],
      ["reversed.jsonl", "two"],
      ["runs.jsonl", "single", "--threads", "1"],
    ] as const) {
      place.stopwise("ingest", file, "--store", store);
      retrain("--own-only", "--store", store, ...flags);
    }
    const models = ["one", "two", "single"].map((store) =>
      readdirSync(place.file(`${store}/models`)).filter((name) => name.endsWith(".model")),
    );
    expect(models[0]).toHaveLength(1);
    expect(models[1]).toEqual(models[0]);
    expect(models[2]).toEqual(models[0]);
  });

  test("runs added later give the model that training on all of them from nothing gives", () => {
    const modelOf = (...sets: readonly [number, string][]): { version: string; trials: string[] } => {
      for (const [nRuns, store] of sets) {
        writeRuns("runs.jsonl", nRuns, 8);
        expect(place.stopwise("ingest", "runs.jsonl", "--store", store).status).toBe(0);
        retrain("--own-only", "--promote", "--store", store);
      }
      const folder = place.file(`${sets[0]![1]}/models`);
      const { history } = JSON.parse(readFileSync(join(folder, "current.json"), "utf8")) as {
        history: { version: string }[];
      };
      return { version: history.at(-1)!.version, trials: readdirSync(join(folder, "trials")) };
    };
    const grown = modelOf([80, "grown"], [90, "grown"]);
    expect(modelOf([90, "whole"]).version).toBe(grown.version);
    // What was the candidate at 80 runs was the model in use at 90, and was not fitted again.
    const [before] = modelOf([80, "before"]).trials;
    expect(grown.trials).toContain(before);
    expect(grown.trials).toHaveLength(2);
  });

  test.skipIf(!hasShared("logs"))("real logs: ingest, retrain, recommend", () => {
    expect(place.stopwise("ingest", shared("logs")).status).toBe(0);
    const retrained = retrain();
    expect(retrained.nNewRuns).toBeGreaterThan(30);
    expect(["promoted", "kept"]).toContain(retrained.status);
    expect(recommend(...task, ...bound).model.version).toBe(retrained.model.version);
  });
});

describe.skipIf(!hasShared("curves"))("evaluate", () => {
  const fields = {
    method: "string",
    metricClass: "string",
    selection: "string",
    weighting: "string",
    costUnit: "string",
    meanSaving: "number",
    meanEmLoss: "number",
    p95EmLoss: "number",
    shareOverBound: "number",
    noiseFloor: "number",
    low: "number",
    high: "number",
    nRuns: "number",
    nGroups: "number",
    held: "boolean",
  };

  test("prints every row of the contract", () => {
    const all = gunzipSync(readFileSync(shared("curves/finetune.jsonl.gz")))
      .toString()
      .trim()
      .split("\n");
    writeFileSync(place.file("some.jsonl"), all.filter((_, i) => i % 9 === 0).join("\n"));
    const called = place.stopwise("evaluate", "--runs", "some.jsonl", "--json");
    expect(called.stderr).toBe("");
    expect(called.status).toBe(0);
    const report = called.json() as {
      data: string;
      nRuns: number;
      nGroups: number;
      rows: Record<string, unknown>[];
    };
    expect(report.data).toBe("some.jsonl");
    expect(report.nGroups).toBeGreaterThan(20);
    for (const row of report.rows) {
      for (const [field, type] of Object.entries(fields)) expect(typeof row[field], field).toBe(type);
    }
    const methods = new Set(report.rows.map(({ method }) => method));
    for (const method of ["never-stop", "patience-1", "patience-3", "patience-5", "patience-10"]) {
      expect(methods).toContain(method);
    }
    for (const method of ["best-fixed", "recommend", "learned", "hindsight"])
      expect(methods).toContain(method);
    const bounds = new Set(report.rows.map(({ bound: it }) => JSON.stringify(it)));
    expect(bounds.size).toBe(7);
    const never = report.rows.filter(({ method }) => method === "never-stop");
    for (const row of never)
      expect([row["meanSaving"], row["meanEmLoss"], row["held"]]).toEqual([0, 0, true]);
  });
});

test("recommend loads nothing heavy (bench/startup.ts measures the bar)", () => {
  // Processor time as the process itself counts it, without its start and end, so that the ratio is larger than that of
  // whole processes: 2 to 4. The database library alone would make it 8.
  const [hook, used] = [place.file("hook.cjs"), place.file("used.json")];
  const report = `require("node:fs").writeFileSync(${JSON.stringify(used)}, JSON.stringify(process.cpuUsage()))`;
  writeFileSync(hook, `process.on("exit", () => ${report});`);
  const milliseconds = (...args: string[]): number => {
    spawnSync(process.execPath, ["--require", hook, ...args], { cwd: place.folder });
    const { user, system } = JSON.parse(readFileSync(used, "utf8")) as NodeJS.CpuUsage;
    return (user + system) / 1000;
  };
  const fastest = (...args: string[]): number =>
    Math.min(...Array.from({ length: 7 }, () => milliseconds(...args)));
  expect(fastest(entry, "recommend", ...task) / fastest("-e", "0")).toBeLessThan(6);
});
