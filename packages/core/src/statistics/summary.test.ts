import { expect, test } from "vitest";
import { lowerMedian, upperMedian } from "./summary.ts";

// numpy 2.3: percentile(values, 50, method="lower") and method="higher".
test.each([
  [[4, 1, 3, 2], 2, 3],
  [[5], 5, 5],
  [[2, 1], 1, 2],
  [[9, 1, 5], 5, 5],
  [[10, 9, 100, 2, 1, 30], 9, 10],
  [[], Number.NaN, Number.NaN],
])("the middle of %j", (values, lower, upper) => {
  expect(lowerMedian(values)).toBe(lower);
  expect(upperMedian(values)).toBe(upper);
});

test("what is given stays in its order", () => {
  const values = [3, 1, 2];
  lowerMedian(values);
  upperMedian(values);
  expect(values).toEqual([3, 1, 2]);
});
