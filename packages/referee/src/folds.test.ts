import type { RunRecord } from "@stopwise/core";
import { describe, expect, test } from "vitest";
import { foldsOf, type FoldUnit, type Split } from "./folds.ts";

/** Runs as `source/group`; `-` is a source that is not known. */
function splits(runs: readonly string[], by: FoldUnit, nFolds = 5): Split[] {
  const parts = runs.map((run) => run.split("/"));
  const names = [...new Set(parts.map(([, group]) => group))];
  const records = parts.map(([source]) => (source === "-" ? {} : { source }) as RunRecord);
  const groups = Int32Array.from(parts, ([, group]) => names.indexOf(group));
  return foldsOf({ runs: records, groups }, { by, nFolds, seed: 1 });
}

const judgedOf = (folds: readonly Split[]): string[] => folds.map(({ judged }) => judged.join(" ")).sort();

describe("folds by source", () => {
  const sources = ["a/1", "a/2", "a/3", "b/4", "b/5", "c/6"];

  test("every run of a source is out at once, and the other sources train", () => {
    const folds = splits(sources, "source");
    expect(folds).toEqual([
      { judged: [0, 1, 2], train: [3, 4, 5] },
      { judged: [3, 4], train: [0, 1, 2, 5] },
      { judged: [5], train: [0, 1, 2, 3, 4] },
    ]);
  });

  test("with fewer folds than sources, the smaller sources are out together", () => {
    expect(judgedOf(splits(sources, "source", 2))).toEqual(["0 1 2", "3 4 5"]);
  });

  test("a group of two sources is judged in parts and trains for neither", () => {
    expect(splits(["a/1", "a/2", "b/2", "b/3"], "source")).toEqual([
      { judged: [0, 1], train: [3] },
      { judged: [2, 3], train: [0] },
    ]);
  });

  test("one source leaves nothing to learn from", () => {
    expect(splits(["a/1", "a/2"], "source")).toEqual([]);
  });

  test("a run without a source goes with its group", () => {
    expect(judgedOf(splits(["-/1", "-/1", "-/2", "a/3"], "source"))).toEqual(["0 1", "2", "3"]);
  });
});

describe("folds by group", () => {
  test("every run is judged once, by what has not seen its group", () => {
    const runs = Array.from({ length: 40 }, (_, run) => `a/${run % 9}`);
    const folds = splits(runs, "group");
    expect(folds).toHaveLength(5);
    expect(folds.flatMap(({ judged }) => judged).sort((a, b) => a - b)).toEqual([...runs.keys()]);
    for (const { train, judged } of folds) {
      const out = new Set(judged.map((row) => runs[row]));
      expect(train.length + judged.length).toBe(40);
      expect(train.some((row) => out.has(runs[row]))).toBe(false);
    }
  });

  test("fewer groups than folds make as many folds as groups", () => {
    expect(splits(["a/1", "a/2"], "group")).toHaveLength(2);
  });
});
