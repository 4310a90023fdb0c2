import { describe, expect, test } from "vitest";
import { meanPromises, tailPromises } from "./calibration.ts";
import { sampleReport } from "./testing/sample-report.ts";
import { headlineRows, measuredTradeOff, predictedTradeOff } from "./trade-off.ts";

const { rows, bound, recommendation } = sampleReport();

describe("headlineRows", () => {
  test("are those over all classes, by group", () => {
    const all = headlineRows([...rows, { ...rows[0]!, weighting: "run" }]);
    expect(all.length).toBe(rows.length / 3);
    expect(all.every(({ metricClass, weighting }) => metricClass === "all" && weighting === "group")).toBe(
      true,
    );
  });

  test("are the loss rows where there are no others", () => {
    const loss = { ...rows[0]!, metricClass: "loss" };
    expect(headlineRows([loss])).toEqual([loss]);
  });
});

describe("measuredTradeOff", () => {
  const tradeOff = measuredTradeOff(rows, bound);

  test("has a frontier per method over the mean bounds, by rising loss", () => {
    expect(tradeOff.lines.map(({ method }) => method)).toEqual([
      "best-fixed",
      "recommend",
      "learned",
      "hindsight",
    ]);
    for (const { points } of tradeOff.lines) {
      expect(points).toHaveLength(4);
      expect(points.map(({ risk }) => risk)).toEqual(points.map(({ risk }) => risk).sort((a, b) => a - b));
    }
  });

  test("marks the promises under the chosen bound, and rings those of the product", () => {
    expect(tradeOff.marks.filter(({ chosen }) => chosen).map(({ method }) => method)).toEqual([
      "recommend",
      "learned",
    ]);
    const learned = rows.find(
      (row) => row.method === "learned" && row.selection === "promise" && row.bound.maxEmLoss === 0.005,
    );
    expect(tradeOff.marks.find(({ method }) => method === "learned")).toMatchObject({
      saving: learned!.meanSaving,
      risk: learned!.meanEmLoss,
      interval: [learned!.low, learned!.high],
    });
  });

  test("names each baseline once", () => {
    const names = tradeOff.marks.map(({ label }) => label).filter((label) => label !== "");
    expect(names).toEqual(["never stop", "patience 1", "patience 3", "patience 5", "patience 10"]);
  });

  test("under a tail bound the risk is the share over it, and the level alpha", () => {
    const tail = measuredTradeOff(rows, { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 });
    const learned = rows.find((row) => row.method === "learned" && row.bound.alpha === 0.1)!;
    expect(tail).toMatchObject({ riskIs: "share over", level: 0.1 });
    expect(tail.lines.map(({ points }) => points.length)).toEqual([3, 3, 3, 3]);
    expect(tail.marks.find(({ method }) => method === "learned")!.risk).toBe(learned.shareOverBound);
  });

  test("of no rows is empty", () =>
    expect(measuredTradeOff([], bound)).toMatchObject({ lines: [], marks: [] }));
});

test("the predicted trade-off leaves dominated policies out", () => {
  if ("unmeasured" in recommendation) throw new Error("the sample has a recommendation");
  const { lines, marks } = predictedTradeOff(recommendation, bound);
  expect(lines[0]!.points.map(({ saving }) => saving)).toEqual([0, 0.2, 0.31, 0.5]);
  expect(marks).toMatchObject([{ chosen: true, saving: 0.31, risk: 0.003 }]);
});

test("a tail bound has no level on the axis of the predicted mean loss", () => {
  if ("unmeasured" in recommendation) throw new Error("the sample has a recommendation");
  expect(predictedTradeOff(recommendation, { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 }).level).toBeNull();
});

describe("promises", () => {
  test("mean bounds: promised against the clipped mean, by rising promise", () => {
    const learned = meanPromises(rows).find(
      (line) => line.method === "learned" && line.selection === "promise",
    )!;
    expect(learned.points.map(({ promised }) => promised)).toEqual([0.0025, 0.005, 0.01, 0.02]);
    const [row] = headlineRows(rows).filter((it) => it.method === "learned" && it.selection === "promise");
    const clipped = meanPromises([{ ...row!, meanEmLoss: 0.4, meanClippedLoss: 0.2 }]);
    expect(clipped[0]!.points[0]!.realised).toBe(0.2);
  });

  test("tail bounds: alpha against the share over the bound", () => {
    const lines = tailPromises(rows);
    expect(lines.map(({ method, selection }) => `${method} ${selection}`)).toHaveLength(6);
    expect(lines[0]!.points.map(({ promised }) => promised)).toEqual([0.05, 0.1, 0.2]);
  });

  test("of one kind only leave the other empty", () => {
    expect(tailPromises(rows.filter((row) => row.bound.kind === "mean"))).toEqual([]);
  });
});
