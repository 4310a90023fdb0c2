import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "tsdown";

const here = fileURLToPath(new URL("./", import.meta.url));
const shipped = join(here, "../../datasets");

/** Copies the shipped sweeps, the README and the licence into the package. */
function copyShipped(): void {
  rmSync(join(here, "datasets"), { recursive: true, force: true });
  mkdirSync(join(here, "datasets"), { recursive: true });
  for (const name of readdirSync(shipped).filter((it) => it.endsWith(".jsonl.gz"))) {
    cpSync(join(shipped, name), join(here, "datasets", name));
  }
  const packs = join(shipped, "experience");
  mkdirSync(join(here, "datasets", "experience"));
  for (const name of readdirSync(packs).filter((it) => it.endsWith(".experience"))) {
    cpSync(join(packs, name), join(here, "datasets", "experience", name));
  }
  for (const name of ["README.md", "LICENSE"]) {
    if (existsSync(join(here, "../..", name))) cpSync(join(here, "../..", name), join(here, name));
  }
}

const common: UserConfig = {
  format: "esm",
  platform: "node",
  target: "node20",
  fixedExtension: false,
  treeshake: true,
  // Everything but the database library is bundled; that one stays outside and is loaded when it is needed.
  deps: { neverBundle: [/^@duckdb\//], alwaysBundle: [/.*/], onlyBundle: false },
};

const program: UserConfig = {
  ...common,
  alias: { "node:child_process": join(here, "src/command-line/no-child-process.ts") },
  dts: false,
};

export default defineConfig([
  {
    ...program,
    entry: {
      cli: "src/cli.ts",
      "replay-worker": "../policies/src/replay/threads/replay-worker.ts",
      "learning-worker": "src/retraining/learning-worker.ts",
    },
    hooks: { "build:done": copyShipped },
  },
  {
    ...program,
    entry: { recommend: "src/recommend-alone.ts" },
    alias: { ...program.alias, "./team-model.ts": join(here, "src/library/no-team-model.ts") },
    // CommonJS, which can be run as code that was compiled before: see src/compiled.ts.
    format: "cjs",
    clean: false,
    outputOptions: { codeSplitting: false },
    // Without comments and blanks it is read and compiled faster; names stay, for stack traces.
    minify: { compress: false, mangle: false, codegen: true },
  },
  { ...common, entry: { index: "src/index.ts" }, dts: false, clean: false },
  {
    ...common,
    entry: { index: "src/index.ts" },
    // The types of the schema library stay in its own package: inlined they do not pass a strict check.
    deps: { ...common.deps, neverBundle: [/^@duckdb\//, /^zod/] },
    dts: { eager: true, emitDtsOnly: true },
    clean: false,
  },
]);
