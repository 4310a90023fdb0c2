import { expect, test } from "vitest";
import { nearest } from "@stopwise/core";
import { renderTable, shortNumber } from "./table.ts";

test("columns are aligned, numbers to the right, missing values show as a dash", () => {
  const rows = [
    { name: "a", n: 12_345 },
    { name: "longer", n: null },
  ];
  expect(
    renderTable(rows, [
      { title: "name", value: (row) => row.name },
      { title: "n", value: (row) => row.n, align: "right" },
    ]),
  ).toBe("name         n\na       12,345\nlonger       -");
});

test("text beyond the width loses its middle", () => {
  const column = { title: "t", value: (text: string) => text, maxWidth: 6 };
  expect(renderTable(["abcdef", "abcdefg"], [column])).toBe("t\nabcdef\nabc…fg");
});

test.each([
  [0.123456, "0.1235"],
  [1234.5, "1,235"],
  [1e-7, "1e-7"],
  [7, "7"],
])("%d prints as %s", (value, text) => expect(shortNumber(value)).toBe(text));

test.each([
  ["ingset", "ingest"],
  ["retran", "retrain"],
  ["run", "runs"],
  ["banana", undefined],
])("the nearest verb to %s is %s", (word, verb) =>
  expect(nearest(word, ["ingest", "runs", "retrain", "recommend"])).toBe(verb),
);
