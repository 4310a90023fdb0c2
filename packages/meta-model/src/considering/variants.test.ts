import { expect, test } from "vitest";
import type { SettingEffect } from "./setting-effects.ts";
import { variantsOf } from "./variants.ts";

const effect: SettingEffect = {
  setting: "weightDecay",
  from: 0,
  to: 0.1,
  mean: 0.01,
  low: -0.02,
  high: 0.03,
  level: 0.5,
  nGroups: 3,
};

test.each([
  ["told", { weightDecay: 0 }, "weight decay 0.1 for 0"],
  ["not told, and taken for none", {}, "weight decay 0.1 for 0, assumed"],
])("a level that is %s", (_, task, label) => {
  const [variant] = variantsOf({ data: {}, settings: [effect] }, task, ["regularisation"]);
  expect(variant).toMatchObject({ label, set: { weightDecay: 0.1 }, change: effect });
});
