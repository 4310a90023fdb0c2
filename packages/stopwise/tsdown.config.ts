import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsdown";

const here = fileURLToPath(new URL(".", import.meta.url));
const shipped = join(here, "../../datasets");

/** Copies the shipped sweeps and the model trained on them, where they are, into the package. */
function copyShipped(): void {
  for (const folder of ["datasets", "model"]) {
    rmSync(join(here, folder), { recursive: true, force: true });
    mkdirSync(join(here, folder), { recursive: true });
  }
  for (const name of readdirSync(shipped).filter((it) => it.endsWith(".jsonl.gz"))) {
    cpSync(join(shipped, name), join(here, "datasets", name));
  }
  const model = join(shipped, "model/stopwise.model");
  if (existsSync(model)) cpSync(model, join(here, "model/stopwise.model"));
}

const common = {
  format: "esm",
  platform: "node",
  target: "node20",
  fixedExtension: false,
  treeshake: true,
  // Everything but the database library is bundled; that one stays outside and is loaded when it is needed.
  deps: { neverBundle: [/^@duckdb\//], alwaysBundle: [/.*/] },
} as const;

export default defineConfig([
  { ...common, entry: { cli: "src/cli.ts" }, dts: false, hooks: { "build:done": copyShipped } },
  ...(existsSync(join(here, "src/index.ts"))
    ? [{ ...common, entry: { index: "src/index.ts" }, dts: true, clean: false }]
    : []),
]);
