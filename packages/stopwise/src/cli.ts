#!/usr/bin/env node
import { runCompiled } from "./compiled.ts";
import type * as Alone from "./recommend-alone.ts";

const args = process.argv.slice(2);

async function run(): Promise<number> {
  if (args[0] === "recommend") {
    const { recommendAlone } = runCompiled(`${import.meta.dirname}/recommend.cjs`).exports as typeof Alone;
    return recommendAlone(args.slice(1));
  }
  const { runCommandLine } = await import("./command-line/program.ts");
  return runCommandLine(args);
}

async function runReported(): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const { reportFailure } = await import("./command-line/failure.ts");
    return reportFailure(error);
  }
}

process.exitCode = await runReported();
