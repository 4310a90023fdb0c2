import { defaultPortfolio } from "@stopwise/policies";
import { describe, expect, test } from "vitest";
import { familiesOf } from "./families-of.ts";
import { SettingGrid, tauGrid } from "./policy-family.ts";
import { reducePortfolio } from "./reduce.ts";

const grid = new SettingGrid(familiesOf(defaultPortfolio()));

describe("SettingGrid", () => {
  test("holds every policy of the portfolio once, never-stop first", () => {
    expect(grid.nSettings).toBe(defaultPortfolio().length);
    expect(grid.policyOf(0).criterion).toBe("never");
    const all = Array.from({ length: grid.nSettings }, (_, setting) =>
      JSON.stringify(grid.policyOf(setting)),
    );
    expect(new Set(all).size).toBe(grid.nSettings);
  });

  test("patience shifts to at least ceil(base * 2^tau), in the same family", () => {
    for (let setting = 1; setting < grid.nSettings; setting++) {
      const base = grid.policyOf(setting);
      if (base.params["unit"] !== "evals") continue;
      for (const tau of tauGrid) {
        const shifted = grid.shifted(setting, tau);
        if (shifted === 0) continue;
        expect(grid.familyOf(shifted)).toBe(grid.familyOf(setting));
        expect(grid.policyOf(shifted).threshold).toBeGreaterThanOrEqual(
          Math.ceil(base.threshold! * 2 ** tau),
        );
      }
    }
  });

  test("a larger tau is never less patient; tau 0 is the base; infinity is never-stop", () => {
    for (let setting = 1; setting < grid.nSettings; setting++) {
      const patience = tauGrid.map((tau) => {
        const shifted = grid.shifted(setting, tau);
        return shifted === 0 ? Infinity : grid.policyOf(shifted).threshold!;
      });
      expect(patience, `setting ${setting}`).toEqual([...patience].sort((a, b) => b - a));
      expect(grid.shifted(setting, 0)).toBe(setting);
      expect(grid.shifted(setting, Infinity)).toBe(0);
    }
  });
});

describe("reducePortfolio", () => {
  test("keeps what serves some group, drops what serves none", () => {
    const table = {
      nRuns: 2,
      nSettings: 4,
      saving: Float32Array.of(0, 0.5, 0.1, 0.05, 0, 0.2, 0.6, 0.1),
      emLoss: Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0),
    };
    expect(reducePortfolio(table, [0, 1], { size: 10 })).toEqual([0, 1, 2]);
    expect(reducePortfolio(table, [0, 1], { size: 2 })).toHaveLength(2);
    expect(reducePortfolio(table, [0, 1], { size: 10, allowed: (setting) => setting === 3 })).toEqual([0, 3]);
  });
});
