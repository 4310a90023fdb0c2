import { expect, test } from "vitest";
import type { SettingEffect } from "./laws.ts";
import { variantsOf } from "./variants.ts";

const effect: SettingEffect = { setting: "weightDecay", from: 0, to: 0.1, shift: 0.2, intervals: {} };

test.each([
  ["told", { weightDecay: 0 }, "weight decay 0.1 for 0"],
  ["not told, and taken for none", {}, "weight decay 0.1 for 0, assumed"],
])("a level that is %s", (_, task, label) => {
  const [variant] = variantsOf({ settings: [effect] }, task, ["regularisation"]);
  expect(variant).toMatchObject({ label, set: { weightDecay: 0.1 }, change: { share: 1, shift: 0.2 } });
});
