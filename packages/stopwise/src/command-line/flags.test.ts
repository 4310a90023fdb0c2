import { describe, expect, test } from "vitest";
import { oneOf, openShare, positive, qualityLoss, relativeIncrease, someOf, wholeNumber } from "./flags.ts";

describe("sizes", () => {
  test.each(["-5", "0", "many", ""])("%j is refused in one line with the mend", (text) =>
    expect(() => positive("--dataset-size")(text)).toThrow(
      `--dataset-size must be a number > 0, got ${text}. Leave the flag out where it is unknown.`,
    ),
  );
  test("a decimal comma is refused with the point for it", () =>
    expect(() => positive("--epochs")("2,5")).toThrow(
      "--epochs must be a number > 0, got 2,5. Write a decimal point: 2.5.",
    ));

  test("a whole number may be zero and not broken", () => {
    expect(wholeNumber("--seed")("0")).toBe(0);
    expect(() => wholeNumber("--seed")("1.5")).toThrow("must be a whole number >= 0, got 1.5");
  });
});

describe("--max-em-loss", () => {
  const read = qualityLoss("--max-em-loss");
  test.each([
    ["0.01", 0.01],
    ["1pt", 0.01],
    ["1 pts", 0.01],
    ["1%", 0.01],
    ["0.5pt", 0.005],
    ["0.29", 0.29],
    ["30pt", 0.3],
    ["2.2pt", 0.022],
  ])("%s is %d", (text, value) => expect(read(text)).toBe(value));

  test.each([
    ["1", "must be < 0.3, got 1. Write points as 1pt."],
    ["0.3", "must be < 0.3, got 0.3."],
    ["500", "For one point write 1pt."],
    ["0", "must be a loss of quality > 0"],
    ["-1pt", "must be a loss of quality > 0"],
    ["one", "must be a loss of quality > 0 such as 0.01, 1pt or 1%, got one."],
    ["200pt", "must be at most 100 points"],
    ["1,5pt", "got 1,5pt. Write a decimal point: 1.5pt."],
    ["0,01", "got 0,01. Write a decimal point: 0.01."],
  ])("%s is refused", (text, message) => expect(() => read(text)).toThrow(message));
});

test("--confidence lies strictly between 0 and 1", () => {
  const read = openShare("--confidence");
  expect(read("0.9")).toBe(0.9);
  expect(read("90%")).toBe(0.9);
  for (const text of ["0", "1", "90", "-0.5", "high"]) expect(() => read(text)).toThrow("write 0.9");
});

test("--max-loss-increase is relative", () => {
  const read = relativeIncrease("--max-loss-increase");
  expect(read("2%")).toBe(0.02);
  expect(read("0.02")).toBe(0.02);
  expect(() => read("0")).toThrow("must be a share > 0");
});

test("a word that is not allowed names those that are", () => {
  const read = oneOf("--delivery", ["best", "last"]);
  expect(read("last")).toBe("last");
  expect(() => read("first")).toThrow("--delivery must be one of best, last, got first.");
});

describe("lists of words", () => {
  const read = someOf("--consider", ["data-fraction", "regularisation"]);
  test("each counts once, blanks do not count", () =>
    expect(read("regularisation, data-fraction,regularisation")).toEqual([
      "regularisation",
      "data-fraction",
    ]));
  test.each([
    ["foo", "foo"],
    ["data-fraction,foo", "foo"],
    ["", ""],
  ])("%j is refused in one line with the mend", (text, word) =>
    expect(() => read(text)).toThrow(
      `--consider must be one or more of data-fraction, regularisation, got ${word}. Write several with a comma, such as data-fraction,regularisation.`,
    ),
  );
});
