import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { outcomeSchema, policySchema } from "@stopwise/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasShared, shared, Workplace } from "./command-line.ts";

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => place.remove());

const patience = (threshold: number, fields: object = {}): string =>
  JSON.stringify({ version: 1, criterion: "staleness", threshold, ...fields });

interface ReplayDocument {
  policy: unknown;
  sentence: string;
  stopIndex: number | null;
  outcome: { saving: number; emLoss: number };
  reason: string;
}

function replay(file: string, content: string, ...args: string[]): ReplayDocument {
  writeFileSync(place.file(file), content);
  const called = place.stopwise("replay", "--curve", file, "--json", ...args);
  expect(called.stderr).toBe("");
  return called.json() as ReplayDocument;
}

describe("one curve", () => {
  test.each([
    ["c.json", "[0.1, 0.3, 0.2, NaN, 0.4]"],
    ["c.json", '[0.1, 0.3, 0.2, "NaN", 0.4]'],
    [
      "c.json",
      '{"id":"a","metric":"em","points":[{"step":1,"quality":0.1},{"step":2,"quality":0.3},{"step":3,"quality":0.2},{"step":4},{"step":5,"quality":0.4}]}',
    ],
    ["c.csv", "0.1\n0.3\n0.2\nnan\n0.4\n"],
    ["c.csv", "step,em,eval_loss\n1,0.1,3\n2,0.3,2\n3,0.2,2\n4,,2\n5,0.4,1\n"],
    ["c.tsv", "1\t0.1\n2\t0.3\n3\t0.2\n4\tnan\n5\t0.4\n"],
  ])("%s %j: patience 2 stops at index 3, with the best of 0.3", (file, content) => {
    const document = replay(file, content, "--policy", patience(2));
    expect(document.stopIndex).toBe(3);
    expect(document.outcome.emLoss).toBeCloseTo(0.1, 12);
    expect(document.outcome.saving).toBeCloseTo(1 - 4 / 5, 12);
    expect(document.reason).toContain("has not improved for 2 evaluations");
    policySchema.parse(document.policy);
    outcomeSchema.parse(document.outcome);
  });

  test("a loss is watched with monitor evalLoss, the outcome is its relative increase", () => {
    const document = replay("c.json", "[4, 2, 2, 2, 1]", "--policy", patience(2, { monitor: "evalLoss" }));
    expect(document.stopIndex).toBe(3);
    expect(document.outcome.emLoss).toBe(1);
  });

  test("a trainer's own class may stop elsewhere: Composer one later, Optuna not at all", () => {
    const curve = "[0.1, 0.3, 0.3, 0.3, 0.3, 0.3]";
    const stopOf = (trainer: string): number | null =>
      replay("c.json", curve, "--policy", patience(2), "--semantics", trainer).stopIndex;
    expect([stopOf("hf"), stopOf("huggingface"), stopOf("composer"), stopOf("optuna")]).toEqual([
      3,
      3,
      4,
      null,
    ]);
  });

  test("the policy may stand in a file, and the human answer names step and reason", () => {
    writeFileSync(place.file("policy.json"), patience(1));
    writeFileSync(place.file("c.json"), "[0.5, 0.4, 0.6]");
    const { stdout, status } = place.stopwise("replay", "--policy", "policy.json", "--curve", "c.json");
    expect(status).toBe(0);
    expect(stdout).toContain("stops at evaluation 2 of 3 (index 1, step 2)");
    expect(stdout).toContain("Saving 33.3 % of its steps, EM loss 10.00 points.");
  });
});

describe("a file of cases", () => {
  const cases = (stop: object): string =>
    JSON.stringify({
      version: 1,
      cases: [
        { id: "a", curve: [0.1, 0.3, "NaN", 0.3], mode: "max", patience: 2, minDelta: 0, options: {}, stop },
      ],
    });

  test("equal ones exit with 0, a difference with 1 and the case named", () => {
    writeFileSync(place.file("cases.json"), cases({ hf: 3 }));
    const equal = place.stopwise("replay", "--cases", "cases.json", "--json");
    expect(equal.json()).toEqual({
      cases: [{ id: "a", column: "hf", index: 3, expected: 3, equal: true }],
      nDifferent: 0,
    });
    expect(equal.status).toBe(0);
    writeFileSync(place.file("cases.json"), cases({ hf: 2 }));
    const different = place.stopwise("replay", "--cases", "cases.json");
    expect(different.stdout).toMatch(/^a +hf +3 +2 +different$/m);
    expect(different.status).toBe(1);
  });

  test.skipIf(!hasShared("conformance"))("every column of the reference vectors is equal", () => {
    const { status, json } = place.stopwise(
      "replay",
      "--cases",
      shared("conformance/stop-vectors.json"),
      "--json",
    );
    const { cases: compared, nDifferent } = json() as { cases: unknown[]; nDifferent: number };
    expect(nDifferent).toBe(0);
    expect(status).toBe(0);
    const file = JSON.parse(readFileSync(shared("conformance/stop-vectors.json"), "utf8")) as {
      cases: { stop: object; stopFloat32?: object }[];
    };
    const columns = file.cases.flatMap((it) => [
      ...Object.keys(it.stop),
      ...Object.keys(it.stopFloat32 ?? {}),
    ]);
    expect(compared).toHaveLength(columns.length);
  });
});

test("a file of runs gives one outcome per run and their means", () => {
  const run = (id: string, qualities: number[]): string =>
    JSON.stringify({ id, metric: "em", points: qualities.map((quality, i) => ({ step: i + 1, quality })) });
  writeFileSync(
    place.file("runs.jsonl"),
    `${run("a", [0.1, 0.2, 0.3, 0.4])}\n${run("b", [0.5, 0.5, 0.5, 0.7])}\n`,
  );
  const { json } = place.stopwise("replay", "--policy", patience(2), "--runs", "runs.jsonl", "--json");
  expect(json()).toMatchObject({
    nRuns: 2,
    meanSaving: 0.125,
    meanEmLoss: expect.closeTo(0.1, 12) as unknown,
    runs: [
      { id: "a", stopIndex: null, saving: 0, emLoss: 0 },
      { id: "b", stopIndex: 2, saving: 0.25 },
    ],
  });
});

describe("a list of policies on a file of runs", () => {
  const staleness = [0, 0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03].flatMap((minDelta) =>
    ["deadBand", "ratchet"].flatMap((minDeltaMode) =>
      [0, 5, 10].flatMap((evals) =>
        [1, 3, 8].map((threshold) => ({
          version: 1,
          criterion: "staleness",
          params: { minDelta, minDeltaMode },
          threshold,
          ...(evals === 0 ? {} : { warmup: { evals, updatesBest: true } }),
        })),
      ),
    ),
  );
  const portfolio = [{ version: 1, criterion: "extrapolation", threshold: 0.9 }, ...staleness];

  /** Runs that level off, each at its own height and speed, with a wobble. */
  function writeRuns(nRuns: number, nCheckpoints: number): void {
    const line = (i: number): string => {
      const points = Array.from({ length: nCheckpoints }, (_, k) => ({
        step: k + 1,
        quality: 0.5 - 0.4 * Math.exp(-k / (10 + (i % 37))) + 0.01 * Math.sin(i * 12.9898 + k * 78.233),
      }));
      return JSON.stringify({ id: `r${i}`, metric: "em", points });
    };
    const lines = Array.from({ length: nRuns }, (_, i) => line(i));
    writeFileSync(place.file("runs.jsonl"), `${lines.join("\n")}\n`);
  }

  interface Document {
    nRuns: number;
    threads: number;
    policies: { policy: unknown; sentence: string; meanSaving: number; meanEmLoss: number }[];
  }
  const replayAll = (...args: string[]): Document => {
    writeFileSync(place.file("portfolio.json"), JSON.stringify(portfolio));
    const flags = ["--policy", "portfolio.json", "--runs", "runs.jsonl", "--json"];
    const called = place.stopwise("replay", ...flags, ...args);
    expect(called.stderr).toBe("");
    return called.json() as Document;
  };

  test("a large one takes worker threads and gives what one thread gives", () => {
    writeRuns(2000, 200);
    const threaded = replayAll();
    const single = replayAll("--threads", "1");
    expect(single.threads).toBe(1);
    if (availableParallelism() > 1) expect(threaded.threads).toBeGreaterThan(1);
    expect(threaded.policies).toHaveLength(portfolio.length);
    expect({ ...threaded, threads: 1 }).toEqual(single);
  });

  test("a small one takes one thread; means agree with each policy alone", () => {
    writeRuns(20, 50);
    const { threads, policies } = replayAll();
    expect(threads).toBe(1);
    const [{ policy, meanSaving, meanEmLoss }] = policies.slice(-1) as [Document["policies"][number]];
    const alone = ["--policy", JSON.stringify(policy), "--runs", "runs.jsonl", "--json"];
    expect(place.stopwise("replay", ...alone).json()).toMatchObject({
      meanSaving: expect.closeTo(meanSaving, 6) as unknown,
      meanEmLoss: expect.closeTo(meanEmLoss, 6) as unknown,
    });
    const { stdout } = place.stopwise("replay", "--policy", "portfolio.json", "--runs", "runs.jsonl");
    expect(stdout).toContain(`${portfolio.length} policies on 20 runs, in 1 thread`);
  });

  test("with --curve or --semantics it is refused in one line", () => {
    writeRuns(2, 5);
    writeFileSync(place.file("portfolio.json"), JSON.stringify(portfolio));
    const flags = ["--policy", "portfolio.json", "--runs", "runs.jsonl"];
    const { status, stderr } = place.stopwise("replay", ...flags, "--semantics", "hf");
    expect(status).toBe(2);
    expect(stderr).toContain("a list of policies is replayed on runs");
    expect(place.stopwise("replay", ...flags, "--threads", "0").status).toBe(2);
  });
});
