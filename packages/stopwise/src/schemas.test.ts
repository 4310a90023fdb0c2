import { jsonSchemas } from "@stopwise/core";
import { expect, test } from "vitest";

// The files are made from the schemas: `vitest run --project unit packages/stopwise -u` writes them again.
test.each(Object.entries(jsonSchemas()))(
  "schemas/%s.schema.json is the schema in use",
  async (name, schema) => {
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../schemas/${name}.schema.json`);
  },
);
