import { expect, test } from "vitest";
import { outcomeMatrix } from "../outcome-matrix.ts";
import { defaultPortfolio } from "../portfolio.ts";
import { seededUniform } from "../random.ts";
import { curveFrom } from "../testing/curves.ts";
import { packCurves, unpackCurves } from "./packed-curves.ts";
import { outcomeMatrixInWorkers } from "./replay-in-workers.ts";

const uniform = seededUniform(5);
const curves = Array.from({ length: 60 }, () =>
  curveFrom(Array.from({ length: Math.floor(20 * uniform()) }, () => (uniform() < 0.1 ? null : uniform()))),
);

test("packed curves come back as they were", () => {
  expect(unpackCurves(packCurves(curves))).toEqual(curves);
});

test("threads give what one thread gives, and tell how far they are", async () => {
  const policies = defaultPortfolio();
  const progress: number[] = [];
  const onProgress = (done: number): void => void progress.push(done);
  const matrix = await outcomeMatrixInWorkers(curves, policies, { workers: 2, runsPerShare: 7, onProgress });
  const expected = outcomeMatrix(curves, policies);
  expect(matrix.stopIndex).toEqual(new Int32Array(expected.stopIndex));
  expect([...matrix.saving]).toEqual([...expected.saving]);
  expect([...matrix.emLoss]).toEqual([...expected.emLoss]);
  expect(progress).toHaveLength(9);
  expect(progress.at(-1)).toBe(60);
});

test("small sets need no thread, wrong policies are refused before any", async () => {
  const { nRuns } = await outcomeMatrixInWorkers(curves, defaultPortfolio());
  expect(nRuns).toBe(60);
  await expect(outcomeMatrixInWorkers(curves, [{}], { workers: 2, runsPerShare: 7 })).rejects.toThrow(
    "criterion must be a name",
  );
});
