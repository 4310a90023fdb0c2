import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { outcomeMatrix, planPortfolio } from "../outcome-matrix.ts";
import { defaultPortfolio } from "../../policy/portfolio.ts";
import { randomFrom } from "@stopwise/core/random";
import { curveFrom } from "../../testing/curves.ts";
import { curveAt, packCurves } from "./packed-curves.ts";
import { copiedCriteria, fewestStatistics, outcomeMatrixInWorkers, threadsFor } from "./replay-in-workers.ts";
import { serveReplay } from "./serve-replay.ts";
import { Shares } from "./shares.ts";

const uniform = randomFrom(5);
const curves = Array.from({ length: 60 }, () =>
  curveFrom(Array.from({ length: Math.floor(20 * uniform()) }, () => (uniform() < 0.1 ? null : uniform()))),
);
const policies = defaultPortfolio();

test("packed curves come back as they were", () => {
  const packed = packCurves(curves);
  expect(curves.map((_, run) => curveAt(packed, run))).toEqual(curves);
});

test("threads give what one thread gives, and tell how far they are", () => {
  const progress: number[] = [];
  const onProgress = (done: number): void => void progress.push(done);
  const matrix = outcomeMatrixInWorkers(curves, policies, { threads: 2, runsPerShare: 7, onProgress });
  const expected = outcomeMatrix(curves, policies);
  expect(matrix.stopIndex).toEqual(new Int32Array(expected.stopIndex));
  expect([...matrix.saving]).toEqual([...expected.saving]);
  expect([...matrix.emLoss]).toEqual([...expected.emLoss]);
  expect(progress.at(-1)).toBe(60);
});

test("a worker's side, alone, fills the whole matrix", () => {
  const expected = outcomeMatrix(curves, policies);
  const shared = <T extends Int32Array | Float32Array>(of: T): T => of.slice().fill(0) as T;
  const matrix = {
    ...expected,
    stopIndex: shared(expected.stopIndex),
    saving: shared(expected.saving),
    emLoss: shared(expected.emLoss),
  };
  const shares = new Shares(60, 7);
  const task = { policies, curves: packCurves(curves), matrix, context: {}, runsPerShare: 7 };
  serveReplay({ ...task, cells: shares.cells });
  expect(shares.wait(0)).toBe(true);
  expect(matrix).toEqual(expected);
});

test("a thread that fails, or is not heard of, is told from one that is done", () => {
  const failing = new Shares(10, 5);
  failing.fail();
  expect(failing.wait(1000)).toBe(false);
  const silent = new Shares(10, 5);
  Atomics.add(silent.cells, 0, 5);
  silent.work(() => undefined);
  expect([silent.nDone, silent.wait(10)]).toEqual([5, false]);
});

test("small sets need no thread, large ones get one per processor", () => {
  const portfolioOf = (nCriteria: number): unknown[] =>
    Array.from({ length: nCriteria }, (_, k) => ({
      version: 1,
      criterion: "staleness",
      params: { minDelta: k / 1000 },
      threshold: 3,
    }));
  const plan = planPortfolio(portfolioOf(copiedCriteria + 1));
  const long = curveFrom(new Array<number>(1000).fill(0.5));
  const large = new Array<typeof long>(fewestStatistics / 1000).fill(long);
  expect(threadsFor(large.slice(1), plan)).toBe(1);
  expect(threadsFor(large, plan)).toBe(Math.min(availableParallelism(), 8));
  expect(threadsFor(large, planPortfolio(portfolioOf(copiedCriteria)))).toBe(1);
  expect(threadsFor(large, plan, { context: { criteria: {} } })).toBe(1);
  expect(threadsFor(large, plan, { threads: 3 })).toBe(3);
});

test("one thread says so, wrong policies are refused before any thread starts", () => {
  const threads: number[] = [];
  outcomeMatrixInWorkers(curves, policies, { onThreads: (n) => threads.push(n) });
  expect(threads).toEqual([1]);
  expect(() => outcomeMatrixInWorkers(curves, [{}], { threads: 2, runsPerShare: 7 })).toThrow(
    "criterion must be a name",
  );
});
