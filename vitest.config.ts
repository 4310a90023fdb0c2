import { join } from "node:path";
import { defineConfig } from "vitest/config";

// `.ci/run` names a folder for reports; the npm script that is running names the file.
const folder = process.env["STOPWISE_TEST_REPORTS"];
const script = process.env["npm_lifecycle_event"] ?? "tests";
const reports = folder === undefined ? undefined : join(folder, `${script.replaceAll(":", "-")}.json`);

export default defineConfig({
  test: {
    ...(reports === undefined ? {} : { reporters: ["default", "json"], outputFile: { json: reports } }),
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["integration/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      // The page in a real browser: a command of its own, `npm run test:page`.
      {
        test: {
          name: "page",
          include: ["test/**/*.page-test.ts"],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      { test: { name: "e2e", include: ["test/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 } },
    ],
  },
});
