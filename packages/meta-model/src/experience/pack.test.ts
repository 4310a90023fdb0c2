import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { randomFrom } from "@stopwise/core/random";
import { mostRowsOfRun, rowFeatureNames } from "@stopwise/learners";
import { describe, expect, test } from "vitest";
import { openContainer, packContainer } from "../file/container.ts";
import { openExperience, packExperience } from "./pack.ts";
import { pastOf } from "./past.ts";
import { experienceGrid } from "./portfolio.ts";
import { unnamed } from "./unnamed.ts";

/** Noisy runs that level off at heights of their own. */
function runs(n: number): RunRecord[] {
  const random = randomFrom(31);
  return Array.from({ length: n }, (_, index) => {
    const height = 0.4 + 0.5 * random();
    const rate = 2 + 8 * random();
    return runRecordSchema.parse({
      id: `run-${index}`,
      source: "owner/project",
      license: "MIT",
      group: `group-${index % 6}`,
      task: `secret task ${index % 6}`,
      model: "owner/bert-base-secret",
      metric: "exact_match",
      datasetSize: 1000 + index,
      plannedSteps: 6000,
      end: "completed",
      points: Array.from({ length: 60 }, (_point, t) => ({
        step: (t + 1) * 100,
        quality: Number((height * (1 - Math.exp(-(t + 1) / rate)) - 0.02 * random()).toFixed(4)) + 0.02,
        evalLoss: 2 - height * (1 - Math.exp(-(t + 1) / rate)),
      })),
    });
  });
}

const records = runs(12);
const past = pastOf(records, experienceGrid());
const bytes = packExperience(past, "test");

describe("an experience pack", () => {
  test("the same past gives the same bytes, and comes back as it was but for its rounding", () => {
    expect(Buffer.compare(packExperience(pastOf(records, experienceGrid()), "test"), bytes)).toBe(0);
    const { header, past: read } = openExperience(bytes);
    expect(header).toMatchObject({ name: "test", nRuns: 12, nGroups: 6 });
    expect(read.runs).toEqual(past.runs);
    read.table.emLoss.forEach((loss, cell) => expect(loss).toBeCloseTo(past.table.emLoss[cell]!, 4));
    read.table.saving.forEach((saving, cell) => expect(saving).toBeCloseTo(past.table.saving[cell]!, 4));
    expect(read.rows.from).toEqual(past.rows.from);
    read.rows.loss.forEach((loss, row) => expect(loss).toBeCloseTo(past.rows.loss[row]!, 4));
    const quality = rowFeatureNames.indexOf("quality");
    for (let row = 0; row < read.rows.loss.length; row++) {
      const at = row * rowFeatureNames.length + quality;
      expect(Math.abs(read.rows.features[at]! - past.rows.features[at]!)).toBeLessThanOrEqual(1 / 80 + 1e-9);
    }
  });

  test("holds at most a dozen rows of a run", () => {
    past.rows.from.subarray(1).forEach((end, run) => {
      expect(end - past.rows.from[run]!).toBeLessThanOrEqual(mostRowsOfRun);
    });
  });

  test("a curve cannot be drawn from it: of its scores next to none can be told to the half of a point", () => {
    const { past: read } = openExperience(bytes);
    const width = rowFeatureNames.length;
    const [progress, quality] = ["progress", "quality"].map((name) => rowFeatureNames.indexOf(name));
    let [nPoints, nTold, error] = [0, 0, 0];
    records.forEach((record, run) => {
      // The best try: the levels of the rows at their progress, straight lines between them.
      const knots = Array.from({ length: read.rows.from[run + 1]! - read.rows.from[run]! }, (_, k) => {
        const at = (read.rows.from[run]! + k) * width;
        return [read.rows.features[at + progress!]!, read.rows.features[at + quality!]!] as const;
      });
      for (const point of record.points) {
        const at = point.step / 6000;
        const after = knots.findIndex(([x]) => x >= at);
        const [x1, y1] = knots[after < 0 ? knots.length - 1 : after]!;
        const [x0, y0] = knots[Math.max(0, (after < 0 ? knots.length : after) - 1)]!;
        const drawn = x1 === x0 ? y1 : y0 + ((y1 - y0) * (at - x0)) / (x1 - x0);
        nPoints += 1;
        error += Math.abs(drawn - point.quality!);
        if (Math.abs(drawn - point.quality!) < 0.0005) nTold += 1;
      }
    });
    expect(error / nPoints).toBeGreaterThan(0.005);
    expect(nTold / nPoints).toBeLessThan(0.1);
  });

  test.each([
    ["another portfolio", "portfolio", "x", /another portfolio \(x, here [0-9a-f]{16}\)/],
    ["other checkpoint features", "rowFeatures", ["x"], /"test" was made with another checkpoint features/],
    ["other task features", "taskFeatures", ["x"], /"test" was made with another task features/],
    ["another contract", "contract", 99, /has contract 99, this stopwise reads contract 1/],
  ])("of %s is refused by name", (_, field, value, message) => {
    const container = openContainer(bytes, "experience");
    const header = { ...(container.header as object), [field]: value };
    expect(() => openExperience(packContainer(header, {}, "experience"))).toThrow(message);
  });

  test("a flipped bit, a model file and an empty one are refused", () => {
    const flipped = bytes.slice();
    flipped[5000]! ^= 4;
    expect(() => openExperience(flipped)).toThrow("the experience pack is damaged");
    expect(() => openExperience(packContainer({}, {}))).toThrow("this is not a stopwise experience pack");
    expect(() => openExperience(new Uint8Array(0))).toThrow("this is not a stopwise experience pack");
  });
});

describe("without names", () => {
  test("nothing that names a run is in the pack, and groups stay together", () => {
    const told = unnamed(past, { name: "test" });
    expect(JSON.stringify(told.runs)).not.toMatch(/secret|owner|run-\d+"[^}]*group-\d+"[^}]*secret/);
    expect(told.runs.map(({ group }) => group)).toEqual(
      past.runs.map((_, run) => `test/group-${(run % 6) + 1}`),
    );
    expect(told.runs[0]!.name).toBe("bert, exact_match (not named)");
  });

  test("only those that may not be named lose their names", () => {
    const told = unnamed(past, { name: "test", isLeftOut: ({ id }) => id === "run-3" });
    expect(told.runs[3]!.source).toBeUndefined();
    expect(told.runs[4]).toEqual(past.runs[4]);
    // Another run of its group keeps its own name, but not that of the group.
    expect(told.runs[9]!.group).toBe(told.runs[3]!.group);
    expect(told.runs[9]!.group).not.toContain("group-3");
  });
});
