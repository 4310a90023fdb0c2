import { createHash } from "node:crypto";
import { canonicalJson, type SimplePolicy } from "@stopwise/core";
import { defaultPortfolio, plainPatiencePolicies } from "@stopwise/policies";
import { familiesOf } from "../portfolio/families-of.ts";
import { SettingGrid } from "../portfolio/policy-family.ts";

/** The settings that past runs are replayed under unless told otherwise, and so those of experience packs. */
export function experienceGrid(policies: readonly SimplePolicy[] = defaultPortfolio()): SettingGrid {
  return new SettingGrid(familiesOf([...policies, ...plainPatiencePolicies()]));
}

/** What a grid goes by: equal for grids of the same settings in the same order. */
export function portfolioName(grid: SettingGrid): string {
  const text = canonicalJson(grid.families.map(({ template, thresholds }) => [template, thresholds]));
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Whether a run of a loss only can be stopped by a setting: one that monitors a quality it never has cannot. */
export function watchesLoss(grid: SettingGrid, setting: number): boolean {
  return grid.policyOf(setting).monitor !== "quality";
}
