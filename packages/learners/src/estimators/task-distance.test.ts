import { expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { TaskDistance } from "./task-distance.ts";

const random = randomFrom(5);
const kinds = ["number", "category", "number", "number", "category"] as const;

/** The fourth feature is unknown of every run; of the others one value in four. */
const row = (): Float64Array =>
  Float64Array.from(kinds, (kind, j) => {
    if (random() < 0.25 || j === 3) return Number.NaN;
    return kind === "category" ? Math.floor(random() * 3) : 20 * random();
  });
const features = Array.from({ length: 40 }, row);
const distance = new TaskDistance({ features, kinds, weights: new Float64Array(40).fill(1 / 40) });
const tasks = [
  ...Array.from({ length: 30 }, row),
  Float64Array.of(1, 2, 3, 4, 9),
  new Float64Array(5).fill(NaN),
];

test("to all runs at once is what it is one by one, whatever was asked before", () => {
  const into = new Float64Array(features.length);
  for (const task of tasks) {
    expect([...distance.toAll(task, into)]).toEqual(features.map((past) => distance.between(task, past)));
    const each = features.map((past) => distance.toPast(task, past));
    expect(distance.leastToPast(task)).toBeCloseTo(Math.min(...each), 14);
  }
});

test("without runs nothing is near", () => {
  const none = new TaskDistance({ features: [], kinds, weights: new Float64Array(0) });
  expect(none.leastToPast(tasks[0]!)).toBe(Infinity);
});
