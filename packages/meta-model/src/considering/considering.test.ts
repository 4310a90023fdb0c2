import { runRecordSchema, type RunRecord } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { dataContrasts, settingContrasts } from "./contrasts.ts";
import { fitDataLaw, predictedChange } from "./data-law.ts";
import { heldOutInterval } from "./held-out-interval.ts";
import { fitSettingEffects } from "./setting-effects.ts";

interface Made {
  readonly group: string;
  readonly size: number;
  readonly best: number;
  readonly hyper?: Record<string, unknown>;
  readonly end?: "completed" | "crashed";
}

/** A run of 100 steps and ten evaluations that climbs in a line to its best. */
function made({ group, size, best, hyper = {}, end = "completed" }: Made): RunRecord {
  return runRecordSchema.parse({
    id: `${group}-${size}-${JSON.stringify(hyper)}`,
    group,
    datasetSize: size,
    metric: "exact_match",
    plannedSteps: 100,
    end,
    hyper: { scheduler: "constant", lr: 0.001, ...hyper },
    points: Array.from({ length: 10 }, (_, i) => ({ step: 10 * (i + 1), quality: (best * (i + 1)) / 10 })),
  });
}

const sizes = [100, 300, 1000];
/** Tasks whose error is a floor of their own plus 2 n^-0.5. */
const lawful = ["a", "b", "c", "d"].flatMap((group, index) =>
  sizes.map((size) => made({ group, size, best: 1 - 0.05 * index - 2 * size ** -0.5 })),
);

describe("dataContrasts", () => {
  test("pairs differ in the size alone, and a kept number of epochs cuts the smaller run short", () => {
    const { steps, epochs } = dataContrasts([
      made({ group: "a", size: 500, best: 0.6 }),
      made({ group: "a", size: 1000, best: 0.8 }),
      made({ group: "a", size: 2000, best: 0.9, hyper: { lr: 0.1 } }),
    ]);
    expect(steps).toEqual([
      { group: "a", size: 1000, ratio: 0.5, change: expect.closeTo(-0.2, 12) as number },
    ]);
    expect(epochs).toEqual([
      { group: "a", size: 1000, ratio: 0.5, change: expect.closeTo(-0.5, 12) as number },
    ]);
  });

  test.each([
    ["a run that crashed", { end: "crashed" }, 0.5],
    ["sizes that are nearly the same", {}, 0.9],
  ] as const)("%s tells nothing", (_, extra, ratio) => {
    const { steps } = dataContrasts([
      made({ group: "a", size: 1000 * ratio, best: 0.6, ...extra }),
      made({ group: "a", size: 1000, best: 0.8 }),
    ]);
    expect(steps).toEqual([]);
  });

  test("a schedule that knows its end cannot be cut short", () => {
    const { steps, epochs } = dataContrasts(
      [500, 1000].map((size) => made({ group: "a", size, best: 0.5, hyper: { scheduler: "cosine" } })),
    );
    expect([steps.length, epochs.length]).toEqual([1, 0]);
  });
});

describe("fitDataLaw", () => {
  test("finds exponent and scale of a law whatever the floors", () => {
    const law = fitDataLaw(dataContrasts(lawful).steps)!;
    expect(law.exponent).toBeCloseTo(0.5, 12);
    expect(law.scale).toBeCloseTo(2, 6);
    const { mean, low, high } = predictedChange(law, { size: 1000, ratio: 0.25 });
    expect(mean).toBeCloseTo(2 * (1000 ** -0.5 - 250 ** -0.5), 6);
    expect(high - low).toBeLessThan(1e-6);
  });

  test("a seen task has a scale between its own and the common one", () => {
    const steep = sizes.map((size) => made({ group: "steep", size, best: 0.95 - 4 * size ** -0.5 }));
    const law = fitDataLaw(dataContrasts([...lawful, ...steep]).steps)!;
    const change = (group?: string): number => predictedChange(law, { size: 1000, ratio: 0.25, group }).mean;
    expect(change("steep")).toBeLessThan(change());
    expect(change("a")).toBeGreaterThan(change());
  });

  test("two tasks tell nothing of a third", () => {
    const two = lawful.filter(({ group }) => group === "a" || group === "b");
    expect(fitDataLaw(dataContrasts(two).steps)).toBeUndefined();
  });
});

describe("heldOutInterval", () => {
  const errors = (n: number): { group: string; error: number }[] =>
    Array.from({ length: n }, (_, i) => ({ group: `${i}`, error: i }));

  test.each([
    [3, 0, 2, 0.5],
    [8, 0, 7, 1 - 2 / 9],
    [19, 0, 18, 0.9],
    [39, 1, 37, 0.9],
  ])("of %i groups is from the %i-th to the %i-th, level %f", (n, low, high, level) => {
    expect(heldOutInterval(errors(n))).toEqual({ low, high, level, nGroups: n });
  });

  test("needs three groups", () => {
    expect(heldOutInterval(errors(2))).toBeUndefined();
  });
});

describe("fitSettingEffects", () => {
  const runs = [0.1, 0.12, 0.08].flatMap((gain, index) =>
    [0, 0.2].map((dropout) =>
      made({
        group: `${index}`,
        size: 100,
        best: 0.5 + (dropout > 0 ? gain : 0),
        hyper: { dropout },
      }),
    ),
  );

  test("shrinks the mean over tasks, in both directions", () => {
    const effects = fitSettingEffects(settingContrasts(runs));
    const on = effects.find(({ to }) => to === 0.2)!;
    expect(on).toMatchObject({ setting: "dropout", from: 0, level: 0.5, nGroups: 3 });
    // m = 0.1, s = 0.02: m^3 / (m^2 + s^2 / 3).
    expect(on.mean).toBeCloseTo(0.001 / (0.01 + 0.0004 / 3), 9);
    expect(effects.find(({ to }) => to === 0)!.mean).toBeCloseTo(-on.mean, 12);
  });

  test("changes of two tasks are left out", () => {
    expect(fitSettingEffects(settingContrasts(runs.slice(0, 4)))).toEqual([]);
  });
});
