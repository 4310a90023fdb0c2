import { describe, expect, test } from "vitest";
import { hasDecimalComma, readLoss, readNumber, readShare } from "./quantity.ts";

describe("numbers", () => {
  test.each([
    ["20000", 20_000],
    ["20_000", 20_000],
    ["20,000", 20_000],
    ["1,234,567.5", 1_234_567.5],
    ["2e4", 20_000],
    ["20k", 20_000],
    ["1.5B", 1.5e9],
    [".5", 0.5],
    ["-3", -3],
  ])("reads %s", (text, value) => expect(readNumber(text)).toBe(value));

  test.each([
    "",
    "abc",
    "1x",
    "--",
    "1e",
    "0x10",
    "Infinity",
    "NaN",
    "1 2",
    "1,5",
    "20,00",
    "2,0000",
    "1,5k",
  ])("%j is none", (text) => expect(readNumber(text)).toBeNaN());

  test("a decimal comma is seen", () => {
    expect(["1,5", "0,001", "-2,25"].every(hasDecimalComma)).toBe(true);
    expect(["1.5", "abc", ",5"].some(hasDecimalComma)).toBe(false);
  });
});

test.each([
  ["0.02", 0.02],
  ["2%", 0.02],
  ["0.5 %", 0.005],
  ["1,500%", Number.NaN],
])("the share %s is %d", (text, value) => expect(readShare(text)).toBe(value));

test.each([
  ["0.01", 0.01, false],
  ["1pt", 0.01, true],
  ["1 Points", 0.01, true],
  ["1%", 0.01, true],
  ["2.2pt", 0.022, true],
  ["1,5pt", Number.NaN, true],
  ["1,500pt", Number.NaN, true],
  ["pt", Number.NaN, true],
])("the loss %s", (text, value, hasUnit) => expect(readLoss(text)).toEqual({ value, hasUnit }));
