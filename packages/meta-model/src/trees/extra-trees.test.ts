import { describe, expect, test } from "vitest";
import { randomFrom } from "@stopwise/core/random";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { ExtraTrees, extraTreesDefaults, fitExtraTrees, type ExtraTreesTraining } from "./extra-trees.ts";

/** Rows of 40 groups; output 0 follows the first column, output 1 whether the second is missing, the third is noise. */
function sample(): ExtraTreesTraining {
  const random = randomFrom(3);
  const nRows = 400;
  const values = Float64Array.from({ length: nRows * 3 }, (_, at) =>
    at % 3 === 1 && random() < 0.4 ? Number.NaN : random(),
  );
  const targets = new Float64Array(nRows * 2);
  for (let row = 0; row < nRows; row++) {
    targets[2 * row] = Number(values[3 * row]! > 0.5);
    targets[2 * row + 1] = Number(Number.isNaN(values[3 * row + 1]!));
  }
  return {
    table: { values, nRows, nColumns: 3 },
    targets,
    nOutputs: 2,
    groups: Int32Array.from({ length: nRows }, (_, row) => row % 40),
  };
}

const training = sample();
const forest = fitExtraTrees(training, { ...extraTreesDefaults, trees: 60 });

function predict(weights: Float64Array, output: number): number {
  return weights.reduce((sum, weight, row) => sum + weight * training.targets[2 * row + output]!, 0);
}

describe("fitExtraTrees", () => {
  test("neighbours weigh 1 in all and agree on the targets", () => {
    const weights = forest.neighbours([0.9, 0.5, 0.5]);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(predict(weights, 0)).toBeGreaterThan(0.9);
    expect(predict(weights, 1)).toBeLessThan(0.1);
    expect(predict(forest.neighbours([0.1, Number.NaN, 0.5]), 0)).toBeLessThan(0.1);
    expect(predict(forest.neighbours([0.1, Number.NaN, 0.5]), 1)).toBeGreaterThan(0.9);
  });

  test("out of bag, no row of the own group is a neighbour", () => {
    for (const row of [0, 7, 399]) {
      const weights = forest.outOfBagNeighbours(row);
      const own = weights.filter((_, other) => training.groups[other] === training.groups[row]);
      expect(own.every((weight) => weight === 0)).toBe(true);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      expect(predict(weights, 0)).toBeCloseTo(training.targets[2 * row]!, 0);
    }
  });

  test("weights that are 0 leave rows out, and larger ones count more", () => {
    const weights = Float64Array.from({ length: 400 }, (_, row) => (row % 2 === 0 ? 0 : 1));
    const weighted = fitExtraTrees({ ...training, weights }, { ...extraTreesDefaults, trees: 20 });
    const neighbours = weighted.neighbours([0.5, 0.5, 0.5]);
    expect(neighbours.every((weight, row) => row % 2 === 1 || weight === 0)).toBe(true);
  });

  test("same seed, same bytes; bytes give the same neighbours", () => {
    const bytesOf = (seed: number): Uint8Array => {
      const writer = new ByteWriter();
      fitExtraTrees(training, { ...extraTreesDefaults, trees: 10, seed }).write(writer);
      return writer.bytes();
    };
    expect(bytesOf(4)).toEqual(bytesOf(4));
    expect(bytesOf(4)).not.toEqual(bytesOf(5));
    const writer = new ByteWriter();
    forest.write(writer);
    const back = ExtraTrees.read(new ByteReader(writer.bytes()));
    expect(back.neighbours([0.3, Number.NaN, 0.1])).toEqual(forest.neighbours([0.3, Number.NaN, 0.1]));
    expect(back.outOfBagNeighbours(5)).toEqual(forest.outOfBagNeighbours(5));
  });
});
