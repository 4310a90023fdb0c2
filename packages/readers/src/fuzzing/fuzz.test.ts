import { describe, expect, test } from "vitest";
import { logReaders } from "../formats/index.ts";
import { fuzzReaders } from "./fuzz.ts";
import { seedLogs } from "./seed-logs.ts";

/** About 90 s of processor time; `bench/fuzz-readers.ts` tries as many as it is told. */
const count = Number(process.env["STOPWISE_FUZZ_COUNT"] ?? 20_000);

/** Formats without a seed: binary ones whose writers are others' code, and files that are only named. */
const withoutSeed = new Set([
  "wandb-dir",
  "optuna-sqlite",
  "mlflow-sqlite",
  "hf-results-json",
  "search-log",
  "search-result-json",
  "json",
]);

describe("mutated logs", () => {
  test("every format has a seed, or is one whose files are binary or only named", () => {
    const seeded = new Set(seedLogs.map(({ format }) => format));
    const missing = logReaders.filter(({ format }) => !seeded.has(format) && !withoutSeed.has(format));
    expect(missing.map(({ format }) => format)).toEqual([]);
  });

  test(
    `${count} of them are read without a crash, a hang, a growth of memory or a wrong number`,
    { timeout: 1_800_000 },
    async () => {
      const report = await fuzzReaders({ seed: 12, count });
      expect(report.findings).toEqual([]);
      expect(Object.values(report.nInputs).reduce((sum, n) => sum + n, 0)).toBe(count);
      expect(report.heapGrowth).toBeLessThan(64 << 20);
    },
  );
});
