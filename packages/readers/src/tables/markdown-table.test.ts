import { expect, test } from "vitest";
import { cellNumber, cellsOf, findTables } from "./markdown-table.ts";
import { loggedNumber, parsePythonJson } from "../files/python-json.ts";

test.each([
  ["0.5", 0.5],
  ["1.5e-05", 1.5e-5],
  ["-.5", -0.5],
  ["765,414", 765_414],
  ["1,234,567.8", 1_234_567.8],
  ["0,125", 0.125],
  ["12,5", 12.5],
  ["73.5%", 73.5],
  ["**0.9**", 0.9],
  ["`3`", 3],
  ["nan", Number.NaN],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["{'accuracy': 0.75}", 0.75],
  ["{'accuracy': np.float64(0.5)}", 0.5],
  ["{'f1': nan}", Number.NaN],
  ["{'a': 1, 'b': 2}", undefined],
  ["No log", undefined],
  ["", undefined],
  ["-", undefined],
  ["/", undefined],
  ["1.2.3", undefined],
])("the cell %j is %s", (cell, value) => {
  expect(cellNumber(cell)).toBe(value);
});

test("cells keep escaped pipes and need no outer ones", () => {
  expect(cellsOf(String.raw`| a \| b | c |`)).toEqual(["a | b", "c"]);
  expect(cellsOf("a | b")).toEqual(["a", "b"]);
});

test("tables in code fences are none", () => {
  const text = "```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n# H\n| c | d |\n|:-:|--:|\n| 3 | 4 |\n";
  expect(findTables(text)).toEqual([
    { heading: "H", header: ["c", "d"], rows: [["3", "4"]], nLinesCutOff: 0 },
  ]);
});

test("bare non-finite numbers are numbers, those in strings stay text", () => {
  expect(parsePythonJson('{"a": NaN, "b": -Infinity, "c": ["say NaN, \\"Infinity\\"", Infinity]}')).toEqual({
    a: Number.NaN,
    b: Number.NEGATIVE_INFINITY,
    c: ['say NaN, "Infinity"', Number.POSITIVE_INFINITY],
  });
  expect(() => parsePythonJson('{"a": NaNo}')).toThrow(SyntaxError);
});

test.each([
  ["NaN", Number.NaN],
  ["null", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["0.5", 0.5],
  [0.5, 0.5],
  [null, undefined],
  [true, undefined],
  ["text", undefined],
  ["", undefined],
  [{ accuracy: 0.5 }, 0.5],
  [{ a: 1, b: 2 }, undefined],
])("the logged value %j is %s", (value, number) => {
  expect(loggedNumber(value)).toBe(number);
});
