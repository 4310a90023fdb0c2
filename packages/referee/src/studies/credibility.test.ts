import { expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { credibility } from "./credibility.ts";

/** Two targets: groups shift the first by +-1 and its runs by +-spread; the second is the runs' own. */
function training(nGroups: number, size: number, spread: number) {
  const random = randomFrom(3);
  const sign = (): number => (random() < 0.5 ? -1 : 1);
  const groups = Int32Array.from({ length: nGroups * size }, (_, run) => run % nGroups);
  const shift = Array.from({ length: nGroups }, sign);
  return {
    features: [],
    kinds: [],
    targets: Float32Array.from(Array.from(groups, (g) => [shift[g]! + spread * sign(), sign()]).flat()),
    nTargets: 2,
    weights: new Float64Array(groups.length).fill(1),
    groups,
  };
}

test("is the variance within groups over that between them", () => {
  const runs = training(400, 10, 2);
  const held = Array.from(runs.groups, () => new Float64Array(2));
  const [first, second] = credibility(runs, held, 2);
  expect(first).toBeGreaterThan(3.4);
  expect(first).toBeLessThan(4.6);
  expect(second).toBeGreaterThan(100);
});

test("a prior that knows the groups already leaves own runs nothing to tell", () => {
  const runs = training(50, 10, 0);
  const held = Array.from(runs.groups, (_, run) => Float64Array.of(runs.targets[2 * run]!, 0));
  expect(credibility(runs, held, 2)[0]).toBe(Infinity);
});

test("groups of one run tell nothing", () => {
  const runs = training(5, 1, 1);
  expect([
    ...credibility(
      runs,
      Array.from(runs.groups, () => new Float64Array(2)),
      1,
    ),
  ]).toEqual([Infinity]);
});
