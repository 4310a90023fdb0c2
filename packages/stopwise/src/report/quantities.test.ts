import { describe, expect, test } from "vitest";
import { boundInWords, lossInWords, percent, qualityName, sameBound, shortCount } from "./quantities.ts";

const nnbsp = "\u202f";

test.each([
  [0.314, 0, `31${nnbsp}%`],
  [-0.02, 0, `\u22122${nnbsp}%`],
  [-0.0001, 0, `0${nnbsp}%`],
  [0.0555, 1, `5.5${nnbsp}%`],
  [Number.NaN, 0, "\u2013"],
])("percent(%d, %d)", (share, digits, text) => expect(percent(share, digits)).toBe(text));

test.each([
  [0.005, "points", `0.50${nnbsp}pt`],
  [0.399, "points", `39.9${nnbsp}pt`],
  [0.02, "relative", `2.00${nnbsp}%`],
  [Number.NaN, "points", "\u2013"],
] as const)("lossInWords(%d, %s)", (loss, kind, text) => expect(lossInWords(loss, kind)).toBe(text));

test.each([
  ["wer", "1 \u2212 wer"],
  ["eval_cer", "1 \u2212 eval_cer"],
  ["exact_match", "exact_match"],
  ["eval_loss", "eval_loss"],
  ["house_score_7", "house_score_7"],
])("the quality of %s is called %s", (metric, name) => expect(qualityName(metric)).toBe(name));

test.each([
  [0, "0"],
  [999, "999"],
  [2500, "2.5k"],
  [3e6, "3M"],
  [1.25e9, "1.25B"],
])("shortCount(%d)", (count, text) => expect(shortCount(count)).toBe(text));

describe("bounds", () => {
  const mean = { kind: "mean", maxEmLoss: 0.0025 } as const;
  const tail = { kind: "tail", maxEmLoss: 0.01, alpha: 0.05 } as const;

  test("are told in words of their kind", () => {
    expect(boundInWords(mean, "points")).toBe(`mean loss \u2264 0.25${nnbsp}pt`);
    expect(boundInWords(tail, "points")).toBe(`P(loss > 1${nnbsp}pt) \u2264 5${nnbsp}%`);
    expect(boundInWords(mean, "relative")).toBe(`mean loss \u2264 0.25${nnbsp}%`);
  });

  test("are the same when all they say is", () => {
    expect(sameBound(tail, { ...tail })).toBe(true);
    expect(sameBound(tail, { ...tail, alpha: 0.1 })).toBe(false);
    expect(sameBound(mean, { ...tail, maxEmLoss: 0.0025 })).toBe(false);
  });
});
