import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { expect, test } from "vitest";
import { aggregate } from "./aggregate.ts";
import { examplesOf } from "./examples.ts";
import heldOut from "./held-out.json" with { type: "json" };
import { judgedOf, type Judged, type Stop } from "./held-out-stops.ts";

const sweep = new URL("../../../../../datasets/qa-sweep.jsonl.gz", import.meta.url);
const runs: RunRecord[] = gunzipSync(readFileSync(sweep))
  .toString("utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => runRecordSchema.parse(JSON.parse(line)));

/** A run's stops with these savings and losses, patience first. */
function judgedWith(
  group: string,
  ...outcomes: readonly (readonly [saving: number, emLoss: number])[]
): Judged {
  const stops = outcomes.map(([saving, emLoss], way): Stop => {
    return { letter: "PRLH"[way]!, name: `way ${way}`, index: saving === 0 ? null : 1, saving, emLoss };
  });
  return { ...judgedOf(runs[0]!), group, stops: stops as unknown as Judged["stops"] };
}

test("every run of the sweep has its stops, and nothing else has", () => {
  expect(Object.keys(heldOut.stops).sort()).toEqual(runs.map(({ id }) => id).sort());
});

test("hindsight never loses more than a point, and a run to its end loses nothing", () => {
  for (const { stops } of runs.slice(0, 100).map(judgedOf)) {
    expect(stops[3].emLoss).toBeLessThanOrEqual(Math.fround(0.01));
    for (const stop of stops) if (stop.index === null) expect([stop.saving, stop.emLoss]).toEqual([0, 0]);
  }
});

test("each task counts once, however many runs it has", () => {
  const many = Array.from({ length: 3 }, () => judgedWith("many", [0.9, 0.3], [0, 0], [0, 0], [0, 0]));
  const [patience] = aggregate([...many, judgedWith("one", [0.1, 0], [0, 0], [0, 0], [0, 0])]);
  expect(patience!.saving).toBeCloseTo(0.5);
  expect(patience!.emLoss).toBeCloseTo(0.15);
  expect(patience!.over).toBeCloseTo(0.5);
});

test("the examples are the middle ones by their rules", () => {
  const stopped = [0.2, 0.3, 0.6].map((saving) =>
    judgedWith("a", [0.9, 0.1], [0, 0], [saving, 0], [0.7, 0.01]),
  );
  const goesOn = [0.05, 0.2, 0.4].map((loss) => judgedWith("b", [0.9, loss], [0, 0], [0, 0], [0.02, 0]));
  const harmless = judgedWith("c", [0.9, 0.005], [0, 0], [0.9, 0.005], [0.9, 0.005]);
  const [first, second] = examplesOf([harmless, ...goesOn, ...stopped]);
  expect(first.judged).toBe(stopped[1]);
  expect(second.judged).toBe(goesOn[1]);
});
