import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { doctorDocument, trainersDocument } from "./testing/documents.ts";

test.each([
  ["trainers.md", trainersDocument],
  ["doctor.md", doctorDocument],
])("docs/%s is what the code says: npm run docs:trainers", (name, write) => {
  expect(readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8")).toBe(write());
});
