import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { curveOf, groupOf, reachedPlan, type LiveDecision, type RunRecord } from "@stopwise/core";
import { replay } from "@stopwise/policies";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { absorbLiveRuns } from "./absorb.ts";
import { EndedRuns } from "./ended-runs.ts";
import { LiveRun } from "./live-run.ts";
import { patience, startOf, TestSurroundings } from "./testing/surroundings.ts";

let around: TestSurroundings;
beforeEach(() => {
  around = new TestSurroundings();
});
afterEach(() => around.remove());

const qualities = [0.1, 0.4, 0.3, 0.35, 0.2, 0.6];

const told = (step: number, quality: number | null) => ({ type: "checkpoint", step, quality }) as const;

const tellAll = (run: LiveRun, values: readonly number[] = qualities): LiveDecision[] =>
  values.map((quality, i) => run.checkpoint(told(100 * (i + 1), quality)));

async function stored(): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  await absorbLiveRuns(around.folder, (given) => {
    records.push(...given);
    return Promise.resolve();
  });
  return records;
}

/** A process that was killed: only what is on the disk is left. */
const afterKill = (): TestSurroundings => Object.assign(new TestSurroundings(), { folder: around.folder });

describe("modes", () => {
  test.each([
    ["auto", "certified", "stop"],
    ["auto", "uncertified", "shadow"],
    ["auto", "abstained", "shadow"],
    ["stop", "uncertified", "stop"],
    ["shadow", "certified", "shadow"],
    ["audit", "uncertified", "stop"],
  ] as const)("%s with a %s answer is %s", (asked, status, mode) => {
    around.status = status;
    expect(LiveRun.start(startOf({ mode: asked }), around).advice().mode).toBe(mode);
  });

  test("a run that may be stopped is, where patience runs out, and stays stopped", () => {
    const decisions = tellAll(LiveRun.start(startOf(), around));
    expect(decisions.map(({ action }) => action)).toEqual([
      ...["continue", "continue", "continue"],
      ...["stop", "stop", "stop"],
    ]);
    expect(decisions[3]?.savedIfStopped).toEqual({ share: 0.6, tokens: null });
  });

  test("a watched run goes on, and says where it would have stopped and what that means", () => {
    const run = LiveRun.start(startOf({ mode: "shadow" }), around);
    const decisions = tellAll(run);
    expect(new Set(decisions.map(({ action }) => action))).toEqual(new Set(["continue"]));
    expect(decisions.map(({ wouldStopAt }) => wouldStopAt)).toEqual([null, null, null, 400, 400, 400]);
    const recorded = run.end({ type: "end", end: "completed" });
    expect(recorded).toMatchObject({ wouldStopAt: 400, saved: { share: 0, tokens: 0 } });
    expect(recorded.shadow?.share).toBeCloseTo(1 - 4 / 6, 6);
    expect(recorded.shadow?.emLoss).toBeCloseTo(0.2, 6);
  });

  test("audit watches a seeded share of the runs: about one in ten, the same ones again", () => {
    const modes = (surroundings: TestSurroundings): string[] =>
      Array.from({ length: 100 }, (_, i) => {
        const run = LiveRun.start(startOf({ mode: "audit", run: `r${i}` }), surroundings);
        return run.advice().mode;
      });
    const other = new TestSurroundings();
    const first = modes(around);
    expect(first).toEqual(modes(other));
    expect(first.filter((mode) => mode === "audit").length).toBeGreaterThanOrEqual(5);
    expect(first.filter((mode) => mode === "audit").length).toBeLessThanOrEqual(17);
    other.remove();
  });
});

describe("scale", () => {
  test("a first quality above 1 is refused with the fix, and the run goes on", () => {
    const run = LiveRun.start(startOf(), around);
    expect(() => run.checkpoint(told(100, 61))).toThrow(
      'quality must be between 0 and 1, got 61. For a score in percent start the run with "scale":"percent".',
    );
    expect(run.checkpoint(told(100, 0.61)).action).toBe("continue");
  });

  test("percent is converted at the door: the same decisions, the same record", async () => {
    const unit = LiveRun.start(startOf(), around);
    const percent = LiveRun.start(startOf({ run: "r2", scale: "percent" }), around);
    const decisions = tellAll(percent, [10, 40, 30, 35, 20, 60]);
    expect(decisions.map(({ action }) => action)).toEqual(tellAll(unit).map(({ action }) => action));
    expect(() => percent.checkpoint(told(1000, 101))).toThrow("between 0 and 100 in percent, got 101.");
    const [one, two] = (await stored()).map(({ points }) => points.map(({ quality }) => quality));
    expect(two).toEqual(one);
  });
});

describe("what cannot be right is refused, and the run is as it was", () => {
  test.each([
    [{ step: 100, quality: 0.5 }, "steps must rise, got 100 after 150."],
    [{ step: 200 }, "the checkpoint at step 200 has no quality"],
    [{ step: 200, quality: -0.1 }, "quality must be between 0 and 1, got -0.1."],
    [{ step: 150, quality: 0.2 }, "step 150 was told before with other values."],
  ])("%j", (fields, message) => {
    const run = LiveRun.start(startOf(), around);
    const first = run.checkpoint(told(150, 0.1));
    expect(() => run.checkpoint({ type: "checkpoint", ...fields })).toThrow(message);
    expect(run.checkpoint(told(150, 0.1))).toEqual(first);
  });

  test("tokens are told always or never, and do not fall", () => {
    const run = LiveRun.start(startOf(), around);
    run.checkpoint({ ...told(100, 0.1), tokens: 1000 });
    expect(() => run.checkpoint(told(200, 0.2))).toThrow("step 200 has no tokens, and those before it have.");
    expect(() => run.checkpoint({ ...told(200, 0.2), tokens: 900 })).toThrow("tokens must not fall");
  });

  test("a run that ended takes no more", () => {
    const run = LiveRun.start(startOf(), around);
    const recorded = run.end({ type: "end", end: "completed" });
    expect(run.end({ type: "end", end: "completed" })).toEqual(recorded);
    expect(() => run.checkpoint(told(100, 0.1))).toThrow("run r1 has ended.");
  });
});

test("a checkpoint that is sent again gets the same decision again, state and all, and counts once", async () => {
  const run = LiveRun.start(startOf({ mode: "shadow" }), around);
  const decisions = tellAll(run);
  expect(tellAll(run)).toEqual(decisions);
  expect((await stored())[0]?.points).toHaveLength(qualities.length);
});

describe("a process that is killed", () => {
  test.each(qualities.map((_, i) => i + 1))(
    "after %i checkpoints: its journal gives the same decisions",
    (n) => {
      const undisturbed = tellAll(LiveRun.start(startOf({ run: "other" }), around)).map((it) => ({
        ...it,
        state: 0,
      }));
      const before = LiveRun.start(startOf(), around);
      tellAll(before, qualities.slice(0, n));
      const after = LiveRun.reopen("r1", afterKill());
      expect(after?.advice()).toMatchObject({ run: "r1", checkpoints: n });
      expect(tellAll(after!).map((it) => ({ ...it, state: 0 }))).toEqual(undisturbed);
    },
  );

  test.each([1, 3, 5])("at the state of checkpoint %i: what was told beyond is void", async (n) => {
    const before = LiveRun.start(startOf({ mode: "shadow" }), around);
    const decisions = tellAll(before);
    const state = JSON.parse(JSON.stringify(decisions[n - 1]!.state)) as unknown;
    const after = LiveRun.start(startOf({ mode: "shadow", state }), afterKill());
    expect(after.advice()).toMatchObject({ run: "r1", checkpoints: n });
    const rest = qualities.slice(n).map((quality, i) => after.checkpoint(told(100 * (n + i + 1), quality)));
    expect(rest).toEqual(decisions.slice(n));
    after.end({ type: "end", end: "completed" });
    expect((await stored())[0]?.points.map(({ quality }) => quality)).toEqual(qualities);
  });

  test("in the middle of a line: what was answered is there, what was not can be sent again", () => {
    tellAll(LiveRun.start(startOf(), around), qualities.slice(0, 2));
    const journal = join(around.folder, "r1.journal.jsonl");
    appendFileSync(journal, readFileSync(journal, "utf8").split("\n").at(-2)!.slice(0, 40));
    const after = LiveRun.reopen("r1", afterKill())!;
    expect(after.advice().checkpoints).toBe(2);
    expect(
      tellAll(after)
        .map(({ action }) => action)
        .indexOf("stop"),
    ).toBe(3);
    expect(LiveRun.reopen("r1", afterKill())?.advice().checkpoints).toBe(6);
  });

  test("is in the store as running while its process lives, crashed after, with all that was told", async () => {
    tellAll(LiveRun.start(startOf(), around), qualities.slice(0, 2));
    expect(await stored()).toMatchObject([{ id: "r1", end: "running" }]);
    const journal = join(around.folder, "r1.journal.jsonl");
    writeFileSync(journal, readFileSync(journal, "utf8").replace(`"pid":${process.pid}`, '"pid":999999999'));
    const [record] = await stored();
    expect(record).toMatchObject({ id: "r1", end: "crashed", points: [{ step: 100 }, { step: 200 }] });
    expect(reachedPlan(record!)).toBe(false);
  });

  test("between the record and the journal's removal: the record counts, and the journal goes", async () => {
    const run = LiveRun.start(startOf(), around);
    tellAll(run);
    const journal = join(around.folder, "r1.journal.jsonl");
    const text = readFileSync(journal);
    run.end({ type: "end", end: "early-stopped" });
    writeFileSync(journal, text);
    expect(await stored()).toMatchObject([{ id: "r1", end: "early-stopped" }]);
    expect(existsSync(journal)).toBe(false);
    expect(await stored()).toEqual([]);
  });

  test("a store that could not take the records keeps them here", async () => {
    LiveRun.start(startOf(), around).end({ type: "end", end: "completed" });
    await expect(absorbLiveRuns(around.folder, () => Promise.reject(new Error("full")))).rejects.toThrow(
      "full",
    );
    expect(await stored()).toHaveLength(1);
  });
});

describe("a state", () => {
  const stateOf = (fields: object): unknown => {
    const state = tellAll(LiveRun.start(startOf(), around), [0.1])[0]!.state as object;
    return { ...(JSON.parse(JSON.stringify(state)) as object), ...fields };
  };

  test.each([
    [{}, { run: "r2" }, 'the state belongs to another start: run was "r1", now is "r2".'],
    [{}, { request: { maxEmLoss: 0.02 } }, "request.maxEmLoss was null, now is 0.02."],
    [{}, { scale: "percent" as const }, 'scale was "unit", now is "percent".'],
    [{ version: 2 }, {}, "state is not that of a live run."],
    [{ stopper: {} }, {}, "state is not that of a stopper."],
  ])("%j with start %j is refused", (state, start, message) => {
    expect(() => LiveRun.start(startOf({ ...start, state: stateOf(state) }), around)).toThrow(message);
  });

  test("of another policy is refused, and both are named", () => {
    const state = stateOf({}) as { treatment: object };
    const other = { ...state, treatment: { ...state.treatment, policy: patience(5) } };
    expect(() => LiveRun.start(startOf({ state: other }), around)).toThrow(
      /the state belongs to policy sha256:\w+, run r1 has policy sha256:\w+/,
    );
  });

  test("goes on in another store, whose record says that its beginning is missing", () => {
    const state = stateOf({});
    const elsewhere = new TestSurroundings();
    const run = LiveRun.start(startOf({ state }), elsewhere);
    expect(() => run.checkpoint(told(100, 0.4))).toThrow("steps must rise, got 100 after 100.");
    for (const [i, quality] of qualities.slice(1).entries()) run.checkpoint(told(100 * (i + 2), quality));
    run.end({ type: "end", end: "completed" });
    const [record] = new EndedRuns(elsewhere.folder).waiting().map((it) => it.record);
    expect(record).toMatchObject({ end: "crashed", live: { missingUpTo: 100 } });
    expect(reachedPlan(record!)).toBe(false);
    elsewhere.remove();
  });
});

test("a second run of the same name does not touch the first", async () => {
  tellAll(LiveRun.start(startOf(), around), [0.1, 0.2]);
  const second = LiveRun.start(startOf(), around);
  expect(second.advice()).toMatchObject({ run: "r1~2", checkpoints: 0 });
  second.end({ type: "end", end: "completed" });
  expect(LiveRun.start(startOf(), around).advice().run).toBe("r1~3");
  expect((await stored()).map(({ id, points }) => [id, points.length])).toEqual([
    ["r1~2", 0],
    ["r1", 2],
  ]);
});

test("the record says task, plan, end and what replay needs; replay of it stops where the run did", async () => {
  const run = LiveRun.start(startOf({ group: "qa" }), around);
  const decisions = tellAll(run, qualities.slice(0, 4));
  expect(run.end({ type: "end", end: "early-stopped" }).saved).toEqual({ share: 0.6, tokens: null });
  const [record] = await stored();
  expect(record).toMatchObject({
    source: "live",
    group: "qa",
    task: "squad",
    family: "t5",
    metric: "exact_match",
    kind: "quality",
    hyper: { lr: 0.001 },
    plannedSteps: 1000,
    end: "early-stopped",
    live: { mode: "stop", using: "start", status: "certified", saved: { share: 0.6 } },
  });
  expect(groupOf(record!)).toBe("qa");
  const { decision } = replay(run.advice().policy, curveOf(record!));
  expect(decisions.at(-1)).toMatchObject(decision!);
});

test("a loss-only run is judged by its loss", async () => {
  around.metricClass = "loss";
  around.policy = { ...patience(2), monitor: "evalLoss", direction: "min" };
  const run = LiveRun.start(startOf({ task: { metric: "eval_loss" } }), around);
  expect(() => run.checkpoint(told(50, 0.1))).toThrow("has no evalLoss, which this run is judged by.");
  const actions = [3, 2, 2.5, 2.2].map(
    (evalLoss, i) => run.checkpoint({ type: "checkpoint", step: 100 * (i + 1), evalLoss }).action,
  );
  expect(actions).toEqual(["continue", "continue", "continue", "stop"]);
  expect((await stored())[0]).toMatchObject({
    kind: "loss",
    metric: "eval_loss",
    points: [{ value: 3 }, {}, {}, {}],
  });
});

test("where the trainer can, a plateau first lowers the learning rate and then stops", () => {
  const run = LiveRun.start(startOf({ learningRateActions: true }), around);
  const actions = tellAll(run, [0.5, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]).map(({ action, factor }) => [
    action,
    factor,
  ]);
  expect(actions).toEqual([
    ["continue", undefined],
    ["continue", undefined],
    ["reduceLearningRate", 0.5],
    ["continue", undefined],
    ["continue", undefined],
    ["stop", undefined],
    ["stop", undefined],
  ]);
});

test("a crashed run can be gone on with, and is one record", async () => {
  const run = LiveRun.start(startOf({ mode: "shadow" }), around);
  const decisions = tellAll(run, qualities.slice(0, 3));
  run.end({ type: "end", end: "crashed" });
  expect(await stored()).toMatchObject([{ id: "r1", end: "crashed" }]);
  const again = LiveRun.start(startOf({ mode: "shadow", state: decisions[2]!.state }), afterKill());
  expect(again.id).toBe("r1");
  expect(await stored()).toMatchObject([{ id: "r1", end: "running" }]);
  again.checkpoint(told(400, 0.35));
  again.end({ type: "end", end: "completed" });
  expect(await stored()).toMatchObject([{ id: "r1", end: "completed", points: [{}, {}, {}, {}] }]);
});
