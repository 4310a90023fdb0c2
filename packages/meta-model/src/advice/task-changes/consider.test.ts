import { neverStop, runRecordSchema, type Recommendation, type RunRecord, type Task } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { openContainer, packContainer, type Container } from "../../file/container.ts";
import { considerVariants } from "./consider.ts";
import { changeOfCut, type Laws } from "./laws.ts";
import { shiftedBy } from "./logit-law.ts";
import { PastCurves } from "./past-curves.ts";

const interval = { low: -0.1, high: 0.1, level: 0.8, nGroups: 9 };
const law = {
  exponent: 0.5,
  repeats: 15,
  intervals: { epochs: { own: { ...interval, low: -0.02 }, near: interval } },
  sizes: [100, 10_000],
} as const;
const laws: Laws = {
  data: law,
  settings: [{ setting: "dropout", from: 0, to: 0.2, shift: -0.5, intervals: { near: interval } }],
};

/** A past run that climbs in a line over ten evaluations to its best. */
const past = (group: string, best: number): RunRecord =>
  runRecordSchema.parse({
    id: group,
    group,
    datasetSize: 10_000,
    metric: "exact_match",
    hyper: {},
    points: Array.from({ length: 10 }, (_, i) => ({ step: i + 1, quality: (best * (i + 1)) / 10 })),
  });
const curves = PastCurves.of([past("solved", 0.8), past("hard", 0.4)]);
const containerOf = (value: Laws): Container =>
  openContainer(
    packContainer(
      {},
      {
        considering: new TextEncoder().encode(
          JSON.stringify({ population: "fine-tuning", laws: value, runs: curves.runs }),
        ),
        "considering.best": curves.best,
      },
    ),
  );

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

const consider = (task: Task, value = laws, distance = 0): ReturnType<typeof considerVariants> => {
  const neighbours = { runs: Int32Array.of(0, 1), weights: Float64Array.of(0.5, 0.5) };
  return considerVariants(containerOf(value), {
    task,
    population: "fine-tuning",
    considered: ["data-fraction", "regularisation"],
    maxEmLoss: 0.01,
    full: answer(distance),
    neighbours,
    ask: () => {
      // As a model does, which predicts in the same room again.
      neighbours.weights.set([1, 0]);
      return answer(distance);
    },
  });
};

/** What half of the data with half of the steps does to a past run of a best EM. */
function halved(best: number): number {
  const { shift } = changeOfCut(law, { plan: "epochs", ratio: 0.5, passes: 3 });
  return -best / 2 + shiftedBy(best / 2, shift);
}

describe("considerVariants", () => {
  test("kept epochs spare the tokens of the data and of stopping, and lose by both", () => {
    const { variants, best, plan, note, basis, finalEm } = consider({ datasetSize: 10_000, epochs: 3 });
    const half = variants.find(({ label }) => label === "50 % of the data")!;
    const change = (halved(0.8) + halved(0.4)) / 2;
    expect(half.tokens).toBeCloseTo(0.25, 12);
    expect(half.emChange?.mean).toBeCloseTo(change - 0.005, 6);
    expect(half.emChange?.low).toBeCloseTo(change - 0.1 * Math.log(2) - 0.02, 6);
    expect(half).toMatchObject({ withinBound: false, withinBoundAtWorst: false });
    expect(half.finalEm).toBeCloseTo(0.6 + half.emChange!.mean, 6);
    expect(finalEm!.mean).toBeCloseTo(0.6, 6);
    expect(best).toBe("as it is");
    expect(plan).toContain("epochs are kept");
    expect(basis).toContain("nearest past runs of other tasks");
    expect(note).toContain("no certificate");
  });

  test("a task that was run before is told by its own runs", () => {
    const { variants, basis } = consider({ name: "hard", datasetSize: 10_000, epochs: 3, dropout: 0 });
    const half = variants.find(({ label }) => label === "50 % of the data")!;
    expect(half.emChange?.mean).toBeCloseTo(halved(0.4) - 0.005, 6);
    expect(half.emChange?.low).toBeCloseTo(halved(0.4) - 0.02 * Math.log(2) - 0.02, 6);
    expect(basis).toBe("from 1 past run of this task");
    const dropout = variants.find(({ kind }) => kind === "regularisation")!;
    expect(dropout.reason).toBe("too few held-out tasks tell how far off a prediction is");
  });

  test("its own runs speak for a task however far it is from the others", () => {
    const { variants } = consider({ name: "hard", datasetSize: 10_000, epochs: 3 }, laws, 2);
    const half = variants.find(({ label }) => label === "50 % of the data")!;
    expect(half.emChange?.mean).toBeCloseTo(halved(0.4) - 0.005, 6);
  });

  test("kept steps have intervals of their own, and none is none", () => {
    const { variants, plan } = consider({ datasetSize: 10_000, maxSteps: 500 });
    const half = variants.find(({ label }) => label === "50 % of the data")!;
    expect(half.reason).toBe(
      "fewer than three past tasks were trained on several dataset sizes with the same steps",
    );
    expect(half).not.toHaveProperty("emChange");
    expect(plan).toContain("steps are kept");
    expect(plan).toContain("taken for 3");
  });

  test("a level that no past task was changed from is told nothing of", () => {
    const of = (dropout: number): ReturnType<typeof considerVariants>["variants"][number] | undefined =>
      consider({ epochs: 3, dropout }).variants.find(({ kind }) => kind === "regularisation");
    expect(of(0)).toMatchObject({ set: { dropout: 0.2 }, withinBound: false, tokens: 0.5 });
    expect(of(0)!.emChange!.mean).toBeCloseTo((shiftedBy(0.8, -0.5) + shiftedBy(0.4, -0.5)) / 2 - 0.005, 6);
    expect(of(0.1)?.reason).toBe("fewer than three past tasks changed dropout from 0.1");
  });

  test.each([
    ["a task beyond the gate", { datasetSize: 10_000 }, [laws, 2], "further from every past run"],
    ["an unknown size", {}, [{ ...laws, settings: [] }, 0], "give --dataset-size"],
  ] as const)("%s is told nothing", (_, task, [value, distance], reason) => {
    const told = consider(task, value, distance);
    expect(told.variants).toEqual([]);
    expect(told.reason).toContain(reason);
  });
});
