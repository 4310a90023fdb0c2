import { curveOf, runRecordSchema, type Curve } from "@stopwise/core";
import { expect, test } from "vitest";
import { evaluationNoise, noiseFloor } from "./noise-floor.ts";

const quality = (values: readonly number[], fields: object = {}): Curve =>
  curveOf(
    runRecordSchema.parse({
      id: "r",
      metric: "exact_match",
      points: values.map((value, i) => ({ step: i + 1, quality: value })),
      ...fields,
    }),
  );
const loss = (values: readonly number[]): Curve =>
  curveOf(
    runRecordSchema.parse({
      id: "r",
      metric: "eval_loss",
      kind: "loss",
      points: values.map((value, i) => ({ step: i + 1, value })),
    }),
  );

/** Standard normal values from a fixed linear congruential generator. */
function normals(n: number): number[] {
  let seed = 12345;
  const uniform = (): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31 + 1e-12;
  return Array.from(
    { length: n },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
}

test("a curve without noise has no floor", () => {
  expect(noiseFloor([quality([0.1, 0.2, 0.3, 0.4, 0.5]), quality(Array<number>(20).fill(0.5))])).toBe(0);
  expect(noiseFloor([])).toBe(0);
});

test("a plateau of known noise gives its expected maximum within a third, the plateau being counted low", () => {
  const sigma = 0.01;
  const nRuns = 200;
  const noise = normals(nRuns * 30);
  const runs = Array.from({ length: nRuns }, (_, run) =>
    Array.from({ length: 30 }, (_, i) => 0.5 + sigma * noise[run * 30 + i]!),
  );
  const realised = runs.reduce((sum, run) => sum + Math.max(...run) - 0.5, 0) / nRuns;
  expect(Math.abs(noiseFloor(runs.map((run) => quality(run))) / realised - 1)).toBeLessThan(0.3);
});

test("a known evaluation set gives the binomial deviation", () => {
  expect(evaluationNoise(quality([0.2, 0.5, 0.8], { evalSize: 1000 }))).toBeCloseTo(
    Math.sqrt(0.16 / 1000),
    4,
  );
});

test("a loss that diverges after its best is not taken for noise", () => {
  const descent = Array.from({ length: 20 }, (_, i) => 1 + 2 * Math.exp(-i / 4));
  const diverged = normals(20).map((value) => 1e9 * Math.exp(value));
  expect(noiseFloor([loss([...descent, ...diverged])])).toBeLessThan(0.2);
});
