import { describe, expect, test } from "vitest";
import { randomFrom, seedFor, shuffled } from "./random.ts";

describe("the seeded generator", () => {
  // From mulberry32 written down in Python with integers of any size and a mask of 32 bits; trained models rest on them.
  test.each([
    [0, [1144304738, 1416247, 958946056, 627933444]],
    [42, [2581720956, 1925393290, 3661312704, 2876485805]],
    [-1, [3850105811, 813802916, 3073704848, 4054706436]],
    [2 ** 32 - 1, [3850105811, 813802916, 3073704848, 4054706436]],
  ])("gives the numbers of mulberry32 for seed %d", (seed, numbers) => {
    const random = randomFrom(seed);
    expect(numbers.map(() => random())).toEqual(numbers.map((number) => number / 2 ** 32));
  });

  test("an order has every item once and depends on the seed alone", () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const order = shuffled(items, randomFrom(3));
    expect(order).not.toEqual(items);
    expect(order.toSorted((a, b) => a - b)).toEqual(items);
    expect(shuffled(items, randomFrom(3))).toEqual(order);
    expect(shuffled(items, randomFrom(4))).not.toEqual(order);
  });

  test("orders and seeds of names are those of the same Python", () => {
    expect(shuffled([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], randomFrom(3))).toEqual([9, 5, 6, 1, 2, 4, 8, 3, 0, 7]);
    expect(seedFor(1, "folds")).toBe(98948512);
  });

  test("names have streams of their own", () => {
    const seeds = [seedFor(1, "folds"), seedFor(1, "own runs"), seedFor(2, "folds")];
    expect(new Set(seeds).size).toBe(3);
  });
});
