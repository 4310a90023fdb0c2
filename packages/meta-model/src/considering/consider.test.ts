import { neverStop, type Recommendation, type Task } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { openContainer, packContainer, type Container } from "../model/container.ts";
import type { ConsideringPart } from "./considering-part.ts";
import { considerVariants } from "./consider.ts";

const interval = { low: -0.1, high: 0.1, level: 0.8, nGroups: 9 };
const part: ConsideringPart = {
  data: { epochs: { exponent: 0.5, scale: 0.1, scales: {}, interval, sizes: [100, 10_000] } },
  settings: [
    { setting: "dropout", from: 0, to: 0.2, mean: -0.05, low: -0.2, high: 0.1, level: 0.6, nGroups: 4 },
  ],
};
const containerOf = (value: ConsideringPart): Container =>
  openContainer(packContainer({}, { considering: new TextEncoder().encode(JSON.stringify(value)) }));

/** An answer that saves half and loses half a point. */
const answer = (distance = 0): Recommendation =>
  ({
    policy: neverStop,
    sentence: "Stop.",
    predicted: {
      saving: { mean: 0.5, low: 0, high: 0.9 },
      emLoss: { mean: 0.005, low: 0, high: 0.02 },
      costUnit: "tokens",
    },
    distance: { value: distance, gate: 1 },
  }) as unknown as Recommendation;

const consider = (task: Task, value = part, distance = 0): ReturnType<typeof considerVariants> =>
  considerVariants(containerOf(value), {
    task,
    considered: ["data-fraction", "regularisation"],
    maxEmLoss: 0.01,
    full: answer(distance),
    ask: () => answer(distance),
  });

describe("considerVariants", () => {
  test("kept epochs spare the tokens of the data and of stopping, and lose by both", () => {
    const { variants, best, plan, note } = consider({ datasetSize: 10_000, epochs: 3 });
    const half = variants.find(({ label }) => label === "50 % of the data")!;
    const change = -0.1 * (5000 ** -0.5 - 10_000 ** -0.5);
    expect(half.tokens).toBeCloseTo(0.25, 12);
    expect(half.emChange?.mean).toBeCloseTo(change - 0.005, 9);
    expect(half.emChange?.low).toBeCloseTo(change - 0.1 * Math.log(2) - 0.02, 9);
    expect(half).toMatchObject({ withinBound: true, withinBoundAtWorst: false });
    expect(best).toBe("10 % of the data");
    expect(plan).toContain("epochs are kept");
    expect(note).toContain("no certificate");
  });

  test("kept steps have a law of their own, and none is none", () => {
    const { variants, plan } = consider({ datasetSize: 10_000, maxSteps: 500 });
    const half = variants.find(({ label }) => label === "50 % of the data")!;
    expect(half.reason).toBe(
      "fewer than three past tasks were trained on several dataset sizes with the same steps",
    );
    expect(half).not.toHaveProperty("emChange");
    expect(plan).toContain("steps are kept");
  });

  test("a level that no past task was changed from is told nothing of", () => {
    const of = (dropout: number): ReturnType<typeof considerVariants>["variants"][number] | undefined =>
      consider({ epochs: 3, dropout }).variants.find(({ kind }) => kind === "regularisation");
    expect(of(0)).toMatchObject({ set: { dropout: 0.2 }, withinBound: false, tokens: 0.5 });
    expect(of(0.1)?.reason).toBe("fewer than three past tasks changed dropout from 0.1");
  });

  test.each([
    ["a task beyond the gate", { datasetSize: 10_000 }, [part, 2], "further from every past run"],
    ["an unknown size", {}, [{ ...part, settings: [] }, 0], "give --dataset-size"],
  ] as const)("%s is told nothing", (_, task, [value, distance], reason) => {
    const told = consider(task, value, distance);
    expect(told.variants).toEqual([]);
    expect(told.reason).toContain(reason);
  });
});
