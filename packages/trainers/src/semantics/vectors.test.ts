import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { replayCases } from "./replay-cases.ts";

const root = new URL("../", import.meta.url);
const files = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({ name, file: new URL(`${name}/vectors.json`, root) }))
  .filter(({ file }) => existsSync(file));

test("there are vectors beside the rules that the shared ones do not cover", () => {
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(["ms-swift", "ray", "xgboost"]));
});

test.each(files.map(({ name, file }) => [name, file] as const))(
  "%s stops where its real class does, on sixty curves and more",
  (_, file) => {
    const { cases, nDifferent } = replayCases(JSON.parse(readFileSync(file, "utf8")));
    expect(cases.filter(({ equal }) => !equal)).toEqual([]);
    expect(nDifferent).toBe(0);
    expect(cases.length).toBeGreaterThanOrEqual(60);
    const stops = cases.filter(({ expected }) => expected !== null).length;
    expect(stops).toBeGreaterThan(20);
    expect(stops).toBeLessThan(cases.length);
  },
);
