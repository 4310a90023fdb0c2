import { runRecordSchema, type RunRecord } from "@stopwise/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataContrasts, settingContrasts } from "./contrasts.ts";
import { heldOutInterval } from "./held-out-interval.ts";
import { changeOfCut, changeOn, fitLaws, repetitionOf, type LawTraining } from "./laws.ts";
import { fitShift, shiftedBy } from "./logit-law.ts";
import { PastCurves } from "./past-curves.ts";

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
    hyper: { scheduler: "constant", lr: 0.001, batchSize: 100, ...hyper },
    points: Array.from({ length: 10 }, (_, i) => ({ step: 10 * (i + 1), quality: (best * (i + 1)) / 10 })),
  });
}

/** Training whose neighbours are all runs alike. */
function trainingOf(runs: readonly RunRecord[]): LawTraining {
  const all = {
    runs: Int32Array.from(runs.keys()),
    weights: new Float64Array(runs.length).fill(1 / runs.length),
  };
  return { curves: PastCurves.of(runs), ids: runs.map(({ id }) => id), near: () => all };
}

describe("dataContrasts", () => {
  test("pairs differ in the size alone, and a kept number of epochs cuts the smaller run short", () => {
    const found = dataContrasts([
      made({ group: "a", size: 500, best: 0.6 }),
      made({ group: "a", size: 1000, best: 0.8 }),
      made({ group: "a", size: 2000, best: 0.9, hyper: { lr: 0.1 } }),
    ]);
    expect(found.map(({ plan, change }) => [plan, change.toFixed(9)])).toEqual([
      ["steps", "-0.200000000"],
      ["epochs", "-0.500000000"],
    ]);
    expect(found[0]).toMatchObject({ group: "a", size: 1000, ratio: 0.5, em: 0.8, passes: 10 });
    expect(found[0]!.emAtShare).toBeCloseTo(0.4, 12);
    expect([...found[0]!.others]).toEqual([made({ group: "a", size: 500, best: 0.6 }).id]);
  });

  test.each([
    ["a run that crashed", { end: "crashed" }, 0.5],
    ["sizes that are nearly the same", {}, 0.9],
  ] as const)("%s tells nothing", (_, extra, ratio) => {
    const found = dataContrasts([
      made({ group: "a", size: 1000 * ratio, best: 0.6, ...extra }),
      made({ group: "a", size: 1000, best: 0.8 }),
    ]);
    expect(found).toEqual([]);
  });

  test("a schedule that knows its end cannot be cut short", () => {
    const found = dataContrasts(
      [500, 1000].map((size) => made({ group: "a", size, best: 0.5, hyper: { scheduler: "cosine" } })),
    );
    expect(found.map(({ plan }) => plan)).toEqual(["steps"]);
  });
});

describe("a shift in logits", () => {
  test("of ln 2 doubles the odds, and moves a solved or a hopeless task least", () => {
    expect(shiftedBy(0.5, Math.log(2))).toBeCloseTo(2 / 3 - 0.5, 12);
    expect(shiftedBy(0, -3)).toBeGreaterThan(-0.005);
    expect(shiftedBy(1, -0.5)).toBeGreaterThan(-0.005);
  });

  test("stays inside [0, 1] and goes the way of the shift", () => {
    const em = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(em, fc.double({ min: -8, max: 8, noNaN: true }), (before, shift) => {
        const after = before + shiftedBy(before, shift);
        expect(after).toBeGreaterThanOrEqual(0);
        expect(after).toBeLessThanOrEqual(1);
        expect((after - before) * shift).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  test("is found from tasks of any height, and without each of them", () => {
    const items = [0.1, 0.4, 0.8].map((em, k) => ({
      group: `${k}`,
      em,
      dose: k + 1,
      change: shiftedBy(em, -0.5 * (k + 1)),
    }));
    const odd = { group: "odd", em: 0.5, dose: 1, change: 0.3 };
    const grid = [-1, -0.5, 0, 0.5];
    expect(fitShift(items, grid)).toMatchObject({ coefficient: -0.5, heldOutError: 0 });
    const fit = fitShift([...items, odd], grid);
    expect(fit.without.get("odd")).toBe(-0.5);
    expect(fit.heldOutError).toBeGreaterThan(0);
    const loud = fitShift([...items, { group: "loud", em: 0.5, dose: 20, change: 0.5 }], grid);
    expect(loud.coefficient).toBe(0);
    expect(loud.without.get("loud")).toBe(-0.5);
  });
});

describe("repetition", () => {
  test("counts from the second pass on", () => {
    expect(repetitionOf({ plan: "steps", ratio: 0.5, passes: 0.5 }, 15)).toBe(0);
    expect(repetitionOf({ plan: "epochs", ratio: 0.5, passes: 1 }, 15)).toBe(0);
    const twice = repetitionOf({ plan: "steps", ratio: 0.5, passes: 1 }, 15);
    // Two passes over half are worth 1 + 15 (1 - e^(-1/15)) passes over it.
    expect(twice).toBeCloseTo(Math.log(1 / (0.5 * (1 + 15 * (1 - Math.exp(-1 / 15))))), 12);
    expect(repetitionOf({ plan: "steps", ratio: 0.5, passes: 100 }, 15)).toBeCloseTo(Math.log(2), 2);
  });
});

describe("PastCurves", () => {
  const runs = [
    made({ group: "a", size: 1000, best: 0.8 }),
    made({ group: "a", size: 100, best: 0.2 }),
    made({ group: "b", size: 1000, best: 0.5 }),
  ];
  const curves = PastCurves.of(runs);

  test("reads a run at a share of its steps; before its first evaluation nothing is known", () => {
    expect(curves.emAt(0, 1)).toBeCloseTo(0.8, 6);
    expect(curves.emAt(0, 0.5)).toBeCloseTo(0.4, 6);
    expect(curves.emAt(0, 0.55)).toBeCloseTo(0.4, 6);
    expect(curves.emAt(0, 0.05)).toBeNaN();
  });

  test("a task's own runs are found by name, those of its size count most, and none is none", () => {
    const own = curves.own("a", { datasetSize: 1000 })!;
    expect([...own.runs]).toEqual([0, 1]);
    expect(own.weights[0]).toBeGreaterThan(0.99);
    expect([...curves.own("a", {}, (run) => run === 0)!.runs]).toEqual([1]);
    expect(curves.own("c", {})).toBeUndefined();
  });

  test("a run that was cut short speaks for nothing", () => {
    const cut = made({ group: "a", size: 1000, best: 0.9, hyper: { seed: 2 }, end: "crashed" });
    const all = PastCurves.of([...runs, cut]);
    expect([...all.own("a", {})!.runs]).toEqual([0, 1]);
    const both = { runs: Int32Array.of(3, 2), weights: Float64Array.of(0.7, 0.3) };
    expect(all.among(both)).toEqual({ runs: Int32Array.of(2), weights: Float64Array.of(1) });
    expect(all.among(both, "b")).toBeUndefined();
  });

  test("a change is read at the share, then shifted", () => {
    const first = { runs: Int32Array.of(0), weights: Float64Array.of(1) };
    expect(changeOn(curves, first, { share: 0.5, shift: 0 })).toBeCloseTo(-0.4, 6);
    const shifted = changeOn(curves, first, { share: 0.5, shift: -1 });
    expect(shifted).toBeCloseTo(-0.4 + shiftedBy(0.4, -1), 6);
    expect(changeOn(curves, first, { share: 0.05, shift: 0 })).toBeNaN();
  });
});

describe("fitLaws", () => {
  const sizes = [100, 1000, 10_000];
  /** Tasks of their own height whose logit falls by 0.5 for each unit of ln(effective examples). */
  const lawful = ["a", "b", "c", "d"].flatMap((group, index) =>
    sizes.map((size) => {
      const full = 0.9 - 0.15 * index;
      const cut = { plan: "steps", ratio: size / 10_000, passes: 1 } as const;
      return made({ group, size, best: full + shiftedBy(full, -0.5 * repetitionOf(cut, 15)) });
    }),
  );
  // A decaying rate: no run is read before its end, so the contrasts are those of kept steps alone.
  const steps = lawful.map((run) => ({ ...run, hyper: { ...run.hyper, scheduler: "linear" } }));

  test("finds the exponent, and own runs tell the change of the task", () => {
    const training = trainingOf(steps);
    const { data } = fitLaws(steps, training);
    expect(data).toMatchObject({ exponent: 0.5, repeats: 15, sizes: [100, 10_000] });
    expect(data!.intervals.epochs).toEqual({});
    const { own, near } = data!.intervals.steps!;
    expect(own).toMatchObject({ level: expect.closeTo(0.6, 12) as number, nGroups: 4 });
    expect(own!.high - own!.low).toBeLessThan(near!.high - near!.low);
    const change = changeOfCut(data!, { plan: "steps", ratio: 0.01, passes: 1 });
    const told = changeOn(training.curves, training.curves.own("b", { datasetSize: 10_000 })!, change);
    expect(told).toBeCloseTo(steps[3]!.points.at(-1)!.quality! - steps[5]!.points.at(-1)!.quality!, 2);
  });

  test("two tasks tell nothing of a third", () => {
    const two = steps.filter(({ group }) => group === "a" || group === "b");
    expect(fitLaws(two, trainingOf(two))).toEqual({ settings: [] });
  });

  const pairs = (gains: readonly number[]): RunRecord[] =>
    gains.flatMap((gain, index) =>
      [0, 0.2].map((dropout) =>
        made({
          group: `${index}`,
          size: 100,
          best: 0.5 + (dropout > 0 ? shiftedBy(0.5, gain) : 0),
          hyper: { dropout },
        }),
      ),
    );

  test("a setting shifts the logit by what it did to other tasks, in both directions", () => {
    const runs = pairs([0.4, 0.5, 0.6]);
    expect(settingContrasts(runs)).toHaveLength(6);
    const { settings } = fitLaws(runs, trainingOf(runs));
    const on = settings.find(({ to }) => to === 0.2)!;
    expect(on).toMatchObject({ setting: "dropout", from: 0, intervals: { own: { nGroups: 3 } } });
    expect(on.shift).toBeCloseTo(0.5, 12);
    expect(settings.find(({ to }) => to === 0)!.shift).toBeCloseTo(-0.5, 12);
  });

  test("what one task of three shows is told of no other", () => {
    const runs = pairs([1.5, 0, 0]);
    expect(fitLaws(runs, trainingOf(runs)).settings.map(({ shift }) => shift)).toEqual([0, 0]);
  });

  test("where effects go both ways, none is told", () => {
    const runs = pairs([0.5, -0.5, 0.5, -0.5]);
    expect(fitLaws(runs, trainingOf(runs)).settings.map(({ shift }) => shift)).toEqual([0, 0]);
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
    const found = heldOutInterval(errors(n))!;
    expect(found).toMatchObject({ low, high, nGroups: n });
    expect(found.level).toBeCloseTo(level, 12);
  });

  test("a group's errors share its weight", () => {
    const many = Array.from({ length: 50 }, () => ({ group: "0", error: -100 }));
    expect(heldOutInterval([...errors(39), ...many])!.low).toBe(1);
  });

  test("needs three groups", () => {
    expect(heldOutInterval(errors(2))).toBeUndefined();
  });
});
