import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LogReader } from "../contract.ts";
import { logReaders } from "../formats/index.ts";

const folder = join(import.meta.dirname, "..", "formats");
const files = readdirSync(folder).filter(
  (name) => name.endsWith(".ts") && !/^index\.|\.test\.ts$|^recognised\./.test(name),
);

const isReader = (value: unknown): value is LogReader =>
  typeof value === "object" && value !== null && "detect" in value && "format" in value;

describe("every file of formats/", () => {
  test.each(files)("%s holds one registered reader that passes the contract suite", async (name) => {
    const module = (await import(join(folder, name))) as Record<string, unknown>;
    const readers = Object.values(module).filter(isReader);
    expect(readers).toHaveLength(1);
    expect(logReaders).toContain(readers[0]);
    const suite = readFileSync(join(folder, name.replace(/\.ts$/, ".test.ts")), "utf8");
    expect(suite).toContain("describeReader(");
  });

  test("no two readers go by one format", () => {
    const formats = logReaders.map(({ format }) => format);
    expect(new Set(formats).size).toBe(formats.length);
  });
});
