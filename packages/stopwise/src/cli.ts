#!/usr/bin/env node
import { runCompiled } from "./compiled.ts";
import type * as Alone from "./recommend-alone.ts";

const args = process.argv.slice(2);

/** A store on a server needs a driver, which `recommend` alone does not carry. */
const isOnServer = [...args, process.env["STOPWISE_STORE"] ?? ""].some((it) =>
  /^(--store=)?postgres(ql)?:/i.test(it),
);

async function run(): Promise<number> {
  if (args[0] === "recommend" && !isOnServer) {
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
