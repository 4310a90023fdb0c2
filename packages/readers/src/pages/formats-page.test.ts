import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { logReaders } from "../formats/index.ts";
import { formatsPage } from "./formats-page.ts";

const page = join(import.meta.dirname, "../../../../docs/formats.md");

describe("docs/formats.md", () => {
  test("is what the readers say of themselves: npm run docs:formats writes it anew", () => {
    expect(readFileSync(page, "utf8")).toBe(formatsPage(logReaders));
  });

  test.each(logReaders)("$format says something of each point, in one line", ({ description, title }) => {
    for (const text of [title, ...(Object.values(description) as string[])]) {
      expect(text).toMatch(/\S/);
      expect(text).not.toMatch(/\n|\.$/);
    }
  });
});
