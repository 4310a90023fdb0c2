import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import golden from "./boosting.golden.json" with { type: "json" };
import { binOf, fitCuts, type Table } from "./binning.ts";
import { BoostedTrees, boostingDefaults, fitBoosting, type BoostingOptions } from "./boosting.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { weightedQuantile } from "@stopwise/core";

const goldenTable: Table = { values: Float64Array.from(golden.x.flat()), nRows: 120, nColumns: 3 };
const exact: BoostingOptions = {
  ...boostingDefaults,
  trees: 1,
  leaves: 5,
  learningRate: 1,
  minRows: 5,
  l2: 0,
  rowShare: 1,
  columnShare: 1,
};

function predictions(model: BoostedTrees, table: Table): number[] {
  return Array.from({ length: table.nRows }, (_, row) =>
    model.predict(table.values.subarray(row * table.nColumns, (row + 1) * table.nColumns)),
  );
}

function expectClose(found: number[], expected: number[]): void {
  found.forEach((value, row) => expect(value).toBeCloseTo(expected[row]!, 5));
}

describe("fitBoosting against scikit-learn", () => {
  const y = Float64Array.from(golden.y);
  const w = Float64Array.from(golden.w);

  test("one tree at rate 1 is a weighted best-first regression tree", () => {
    expectClose(predictions(fitBoosting(goldenTable, y, w, exact), goldenTable), golden.tree);
  });

  test("twelve trees of squared loss", () => {
    const options = { ...exact, trees: 12, leaves: 4, learningRate: 0.3 };
    expectClose(predictions(fitBoosting(goldenTable, y, w, options), goldenTable), golden.squared);
  });

  test("the leaves of a quantile tree hold the weighted quantiles of their rows", () => {
    const side = {
      values: Float64Array.from(golden.x, (row) => Number(row[1]! > 20)),
      nRows: 120,
      nColumns: 1,
    };
    const model = fitBoosting(side, y, w, { ...exact, loss: { quantile: 0.8 }, leaves: 2 });
    expectClose([model.predict([0]), model.predict([1])], golden.sides);
  });
});

describe("fitBoosting", () => {
  const random = randomFrom(5);
  const n = 600;
  const values = Float64Array.from({ length: n * 3 }, () => (random() < 0.2 ? Number.NaN : random()));
  const table = { values, nRows: n, nColumns: 3 };
  const target = Float64Array.from({ length: n }, (_, row) => {
    const value = values[row * 3]!;
    return Number.isNaN(value) ? 3 : Number(value > 0.5);
  });
  const ones = new Float64Array(n).fill(1);

  test("a missing value is a value of its own", () => {
    const model = fitBoosting(table, target, ones, { ...boostingDefaults, learningRate: 0.3 });
    expect(model.predict([Number.NaN, 0.5, 0.5])).toBeCloseTo(3, 1);
    expect(model.predict([0.9, 0.5, 0.5])).toBeCloseTo(1, 1);
    expect(model.predict([0.1, Number.NaN, 0.5])).toBeCloseTo(0, 1);
  });

  test("same seed, same bytes; another seed, others; bytes decide the same", () => {
    const bytesOf = (seed: number): Uint8Array => {
      const writer = new ByteWriter();
      fitBoosting(table, target, ones, { ...boostingDefaults, trees: 20, seed }).write(writer);
      return writer.bytes();
    };
    const bytes = bytesOf(1);
    expect(bytesOf(1)).toEqual(bytes);
    expect(bytesOf(2)).not.toEqual(bytes);
    const back = BoostedTrees.read(new ByteReader(bytes));
    const model = fitBoosting(table, target, ones, { ...boostingDefaults, trees: 20, seed: 1 });
    expect(predictions(back, table)).toEqual(predictions(model, table));
    expect([...back.predictBinned(back.binRows(table.values))]).toEqual(predictions(model, table));
    expect(() => BoostedTrees.read(new ByteReader(bytes.subarray(0, 500)))).toThrow(/damaged/);
  });

  test.each([2, 15, 32, 40])("of %d leaves, many rows at once as one by one", (leaves) => {
    const options = { ...boostingDefaults, trees: 6, leaves, minRows: 1, rowShare: 0.8 };
    const noisy = target.map((value, row) => value + Math.sin(row));
    const model = fitBoosting(table, noisy, ones, options);
    expect([...model.predictBinned(model.binRows(table.values))]).toEqual(predictions(model, table));
  });

  test("a weight of 2 is the row twice", () => {
    const options = { ...exact, minRows: 1, trees: 3, leaves: 4, learningRate: 0.5 };
    const small = { values: Float64Array.of(1, 2, 3, 4, 5, 6), nRows: 6, nColumns: 1 };
    const doubled = { values: Float64Array.of(1, 2, 2, 3, 4, 5, 6), nRows: 7, nColumns: 1 };
    const weighted = fitBoosting(
      small,
      Float64Array.of(0, 1, 0, 3, 1, 5),
      Float64Array.of(1, 2, 1, 1, 1, 1),
      options,
    );
    const repeated = fitBoosting(
      doubled,
      Float64Array.of(0, 1, 1, 0, 3, 1, 5),
      new Float64Array(7).fill(1),
      options,
    );
    expectClose(predictions(weighted, small), predictions(repeated, small));
  });

  test("a table without any split predicts the centre", () => {
    const flat = { values: new Float64Array(10), nRows: 10, nColumns: 1 };
    const model = fitBoosting(
      flat,
      Float64Array.from({ length: 10 }, (_, i) => i),
      new Float64Array(10).fill(1),
      {
        ...boostingDefaults,
        rowShare: 1,
      },
    );
    expect(model.predict([0])).toBeCloseTo(4.5, 6);
  });
});

describe("cuts", () => {
  test("stand between the distinct values of a short column", () => {
    const [cuts] = fitCuts({ values: Float64Array.of(3, 1, Number.NaN, 2, 1), nRows: 5, nColumns: 1 });
    expect([...cuts!]).toEqual([1.5, 2.5]);
    expect([0, 1.5, 1.6, 9, Number.NaN].map((value) => binOf(cuts!, value))).toEqual([1, 1, 2, 3, 0]);
  });

  test("never more bins than asked for, and order is kept", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 }), (list) => {
        const [cuts] = fitCuts({ values: Float64Array.from(list), nRows: list.length, nColumns: 1 }, 8);
        expect(cuts!.length).toBeLessThan(8);
        const sorted = [...list].sort((a, b) => a - b).map((value) => binOf(cuts!, value));
        expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
      }),
    );
  });
});

describe("weightedQuantile", () => {
  test.each(golden.quantiles as [number, number][])("level %d as numpy's inverted CDF", (level, expected) => {
    expect(weightedQuantile(Float64Array.from(golden.y), Float64Array.from(golden.w), level)).toBe(expected);
  });

  test("is the smallest value that carries the share", () => {
    const pair = fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1 }), fc.integer({ min: 1, max: 99 }), (pairs, percent) => {
        const total = pairs.reduce((sum, [, weight]) => sum + weight, 0);
        const carried = (value: number): number =>
          pairs.filter(([other]) => other <= value).reduce((sum, [, weight]) => sum + weight, 0);
        const expected = Math.min(
          ...pairs.map(([value]) => value).filter((value) => carried(value) >= (percent / 100) * total),
        );
        const values = Float64Array.from(pairs, ([value]) => value);
        const weights = Float64Array.from(pairs, ([, weight]) => weight);
        expect(weightedQuantile(values, weights, percent / 100)).toBe(expected);
      }),
    );
  });

  test("nothing has no quantile", () => {
    expect(weightedQuantile(new Float64Array(0), new Float64Array(0), 0.5)).toBeNaN();
  });
});
