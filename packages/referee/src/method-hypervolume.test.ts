import { describe, expect, test } from "vitest";
import { methodHypervolumes } from "./method-hypervolume.ts";
import type { EvaluateRow } from "./report.ts";

const row = (method: string, at: readonly [number, number], fields: Partial<EvaluateRow> = {}): EvaluateRow =>
  ({
    method,
    metricClass: "all",
    bound: { kind: "mean", maxEmLoss: 0.01 },
    selection: "promise",
    weighting: "group",
    meanSaving: at[0],
    meanEmLoss: at[1],
    ...fields,
  }) as EvaluateRow;

const tail = { kind: "tail", maxEmLoss: 0.01, alpha: 0.1 } as const;
const values = (rows: readonly EvaluateRow[]): [string, number][] =>
  methodHypervolumes(rows).map(({ method, value }) => [method, Number(value.toFixed(12))]);

describe("the hypervolume of a method", () => {
  test("is the area that its points under the mean bounds dominate, up to 20 points lost", () => {
    // 0.2 x (0.2 - 0.0) + 0.3 x (0.2 - 0.05) + 0.1 x (0.2 - 0.1) = 0.095, of 0.2; the point (0.3, 0.06) is beaten.
    const rows = [row("a", [0.2, 0]), row("a", [0.6, 0.1]), row("a", [0.3, 0.06]), row("a", [0.5, 0.05])];
    expect(values(rows)).toEqual([["a", 0.475]]);
  });

  test.each<[string, [number, number][], number]>([
    ["never-stop has none", [[0, 0]], 0],
    ["the same point under every bound counts once", Array.from({ length: 4 }, () => [0.5, 0.1]), 0.25],
    [
      "a loss at the reference or over it adds nothing",
      [
        [0.9, 0.2],
        [0.95, 0.4],
      ],
      0,
    ],
  ])("%s", (_, points, value) => {
    expect(values(points.map((at) => row("a", at)))).toEqual([["a", value]]);
  });

  test("a method that promises is counted by its promises, hindsight by its frontier", () => {
    const frontier = { selection: "frontier" } as const;
    const rows = [
      row("a", [0.5, 0.1]),
      row("a", [1, 0], frontier),
      row("a", [1, 0], { selection: "certified" }),
      row("hindsight", [0.8, 0.1], frontier),
    ];
    expect(values(rows)).toEqual([
      ["a", 0.25],
      ["hindsight", 0.4],
    ]);
    expect(methodHypervolumes(rows).map(({ selection }) => selection)).toEqual(["promise", "frontier"]);
  });

  test("blocks and weightings are apart, and tail bounds count nothing", () => {
    const rows = [
      row("a", [0.5, 0.1]),
      row("a", [0.5, 0], { weighting: "run" }),
      row("a", [0.5, 0.15], { metricClass: "match" }),
      row("a", [1, 0], { bound: tail }),
    ];
    const found = methodHypervolumes(rows);
    expect(found.map((it) => [it.metricClass, it.weighting, Number(it.value.toFixed(12))])).toEqual([
      ["all", "group", 0.25],
      ["all", "run", 0.5],
      ["match", "group", 0.125],
    ]);
    expect(found[0]!.reference).toEqual({ saving: 0, emLoss: 0.2 });
    expect(methodHypervolumes([row("a", [1, 0], { bound: tail })])).toEqual([]);
  });
});
