// Keeps the code that V8 compiled for `recommend` beside its file: run by the build, not part of what is published.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { cacheOf, packCache, runCompiled } from "./compiled.ts";
import type * as Alone from "./recommend-alone.ts";

const file = fileURLToPath(new URL("../dist/recommend.cjs", import.meta.url));
rmSync(cacheOf(file), { force: true }); // of a build before
const { exports, script } = runCompiled(file);
const { recommendAlone } = exports as typeof Alone;

// Functions are compiled when they are first called: what usual commands call is kept, too.
const task = "--dataset-size 20000 --answer-length 4 --family t5 --max-em-loss 1pt --store no-store".split(
  " ",
);
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
for (const flags of [[], ["--json"], ["--pareto", "--target", "huggingface"]]) {
  await recommendAlone([...task, ...flags]);
}
process.stdout.write = write;
process.exitCode = 0;

const code = script.createCachedData();
writeFileSync(cacheOf(file), packCache(readFileSync(file), code));
process.stderr.write(`recommend: ${code.length} bytes of compiled code\n`);
