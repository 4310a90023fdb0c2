#!/usr/bin/env node
const args = process.argv.slice(2);

async function run(): Promise<number> {
  if (args[0] === "recommend") {
    const { recommendAlone } = await import("./recommend-alone.ts");
    return recommendAlone(args.slice(1));
  }
  const { runCommandLine } = await import("./command-line/program.ts");
  return runCommandLine(args);
}

process.exitCode = await run();
