import { curveOf, type LiveMode } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FeedbackBook, type Population } from "./feedback.ts";
import { LiveRun } from "./live-run.ts";
import { patience, startOf, TestSurroundings } from "./testing/surroundings.ts";

let around: TestSurroundings;
beforeEach(() => {
  around = new TestSurroundings();
});
afterEach(() => around.remove());

/** One run, told to its end or to where it is stopped. */
function runOf(
  run: string,
  mode: LiveMode,
  qualities: readonly number[],
): { mode: string; threshold: unknown } {
  const live = LiveRun.start(startOf({ run, mode, auditShare: 0.5 }), around);
  const { policy, mode: effective } = live.advice();
  for (const [i, quality] of qualities.entries()) {
    const { action } = live.checkpoint({ type: "checkpoint", step: 10 * (i + 1), quality });
    if (action === "stop") {
      live.end({ type: "end", end: "early-stopped" });
      return { mode: effective, threshold: policy["threshold"] };
    }
  }
  live.end({ type: "end", end: "completed" });
  return { mode: effective, threshold: policy["threshold"] };
}

/** Patience 2 stops at 0.4 and loses half a point of one. */
const dips = [0.5, 0.4, 0.4, 0.4, 0.9, 0.9, 0.9];
/** Patience 2 stops where nothing comes any more. */
const plateau = [0.5, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9];

test("the first run has the threshold of the answer; violations make it more patient, safe runs bring it back", () => {
  const thresholds = (n: number, name: string, qualities: readonly number[]): unknown[] =>
    Array.from({ length: n }, (_, i) => runOf(`${name}${i}`, "shadow", qualities).threshold);
  const drifting = thresholds(8, "dip", dips);
  expect(drifting[0]).toBe(2);
  // Patience 5 outlasts every dip.
  expect(drifting.at(-1)).toBe(5);
  const back = thresholds(80, "safe", plateau);
  expect(back.at(-1)).toBe(2);
});

test("a threshold never becomes more eager than the answer's own", () => {
  const thresholds = Array.from({ length: 60 }, (_, i) => runOf(`r${i}`, "shadow", plateau).threshold);
  expect(new Set(thresholds)).toEqual(new Set([2]));
});

test("a stopped run tells nothing; a watched one stands for those that were stopped", () => {
  const [book, seen] = [new FeedbackBook(around.folder), { stop: 0, audit: 0 }];
  for (let i = 0; i < 40; i++) seen[runOf(`r${i}`, "audit", dips).mode as "stop" | "audit"] += 1;
  const [rate] = book.rates();
  expect(seen.audit).toBeGreaterThan(3);
  expect(rate).toMatchObject({ nRuns: 40, alpha: 0.1, maxLoss: 0.01 });
  expect(rate!.nJudged).toBeGreaterThanOrEqual(seen.audit);
  expect(rate!.nJudged).toBeLessThan(40);
  expect(rate!.nViolations).toBeGreaterThan(0);
  expect(runOf("last", "shadow", dips).threshold).toBeGreaterThan(2);
});

const population: Population = {
  regime: null,
  metricClass: "match",
  using: "start",
  maxLoss: 0.01,
  alpha: 0.1,
};

test("over any order of runs the share of violations among those that can tell keeps its bound", () => {
  const property = fc.property(
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 40, maxLength: 120 }),
    (draws) => {
      const surroundings = new TestSurroundings();
      const book = new FeedbackBook(surroundings.folder);
      let violations = 0;
      for (const draw of draws) {
        const { policy } = book.next({
          population,
          policy: patience(2),
          grid: [3, 5, 8],
          auditShare: 1,
          nGroups: 30,
        });
        const threshold = "of" in policy ? null : policy.threshold;
        // A run that loses below a patience that is drawn anew: 0 is a safe run.
        const needs = draw < 0.3 ? 0 : Math.floor(draw * 12);
        const dip = Array.from({ length: 13 }, (_, i) => (i <= needs ? 0.5 : 0.9));
        const points = dip.map((quality, i) => ({ step: i + 1, quality: needs === 0 ? 0.9 : quality }));
        const wouldStop = threshold !== null;
        const loss = wouldStop && needs >= threshold ? 0.4 : 0;
        const curve = curveOf({ id: "r", metric: "exact_match", kind: "quality", hyper: {}, points });
        book.judge({ population, curve, context: {}, watched: true, auditShare: 1, wouldStop, loss });
        violations += loss > 0.01 ? 1 : 0;
      }
      const n = draws.length;
      const [rate] = book.rates();
      surroundings.remove();
      expect(rate?.nViolations).toBe(violations);
      expect(violations / n).toBeLessThanOrEqual(0.1 + (0.1 + 0.05) / (0.05 * n) + 1e-9);
    },
  );
  fc.assert(property, { numRuns: 25, seed: 7, endOnFailure: true });
});

test("several writers: every start is counted once", async () => {
  const random = randomFrom(3);
  const start = (i: number): Promise<void> =>
    new Promise((resolve) =>
      setTimeout(() => {
        runOf(`r${i}`, "shadow", plateau);
        resolve();
      }, 5 * random()),
    );
  await Promise.all(Array.from({ length: 20 }, (_, i) => start(i)));
  expect(new FeedbackBook(around.folder).rates()[0]).toMatchObject({ nRuns: 20, nJudged: 20 });
});
