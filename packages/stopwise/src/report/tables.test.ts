import { expect, describe, test } from "vitest";
import { evaluateTables } from "./table-evaluate.ts";
import { evidenceTable } from "./table-evidence.ts";
import { sampleReport } from "./testing/sample-report.ts";
import { elementsOf } from "./testing/svg-document.ts";

const { rows, bound } = sampleReport();
const cellsOf = (markup: string, selector: string): string[] =>
  elementsOf(markup, selector).map(({ textContent }) => textContent.trim());

describe("evidenceTable", () => {
  test("the heaviest run is first, with its numbers", () => {
    const table = evidenceTable(
      [
        { run: "light", group: "g", weight: 0.1, saving: 0.2, emLoss: 0 },
        { run: "heavy", weight: 0.4, saving: 0.5, emLoss: 0.0123 },
      ],
      "points",
    ).text;
    expect(cellsOf(table, "tbody th")).toEqual(["heavy", "light"]);
    expect(cellsOf(table, "tbody tr:first-child td")).toEqual([
      "\u2013",
      "40.0\u202f%",
      "50\u202f%",
      "1.23\u202fpt",
    ]);
    expect(cellsOf(table, "caption")[0]).toContain("50\u202f% of the weight");
  });

  test("no evidence is said", () => expect(evidenceTable([], "points").text).toContain("No past run"));
});

describe("evaluateTables", () => {
  const tables = evaluateTables(rows, bound, "points").text;

  test("one table per bound and one per further metric class, the chosen bound first and open", () => {
    const titles = cellsOf(tables, "summary");
    expect(titles).toHaveLength(9);
    expect(titles[0]).toBe("mean loss \u2264 0.5\u202fpt");
    expect(titles.slice(7)).toEqual(titles.slice(7).filter((title) => title.includes("metric class")));
    expect(elementsOf(tables, "details[open]")).toHaveLength(1);
  });

  test("a method's line has its promise, certified and frontier savings", () => {
    const line = elementsOf(tables, "details[open] tbody tr").find(({ textContent }) =>
      textContent.includes("learned"),
    )!;
    const numbers = [...line.querySelectorAll("td")].map(({ textContent }) => textContent.trim());
    expect(numbers).toEqual(
      [
        "33 %",
        "29 % \u2013 37 %",
        "0.40 pt",
        "1.60 pt",
        "6.4 %",
        "held",
        "62 %",
        "20 %",
        "0.24 pt",
        "36 %",
        "0.40 pt",
      ].map((it) => it.replaceAll(/ (%|pt)/g, "\u202f$1")),
    );
  });

  test("says what was judged", () => {
    expect(cellsOf(tables, "details[open] caption")[0]).toMatch(
      /^581 runs in 184 groups; [^]*0\.16\u202fpt\.$/,
    );
  });

  test("runs with a loss only are told in percent of the loss", () => {
    const loss = rows
      .filter((row) => row.metricClass === "match")
      .map((row) => ({ ...row, metricClass: "loss" }));
    expect(evaluateTables(loss, bound, "relative").text).not.toContain("\u202fpt");
    const mixed = evaluateTables([...rows, ...loss], bound, "points").text;
    expect(cellsOf(mixed, "summary").at(-1)).toBe("mean loss \u2264 0.5\u202f%, metric class loss");
  });

  test("nothing judged is said", () =>
    expect(evaluateTables([], bound, "points").text).toContain("Nothing was judged"));
});
