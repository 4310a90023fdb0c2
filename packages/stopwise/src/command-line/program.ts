import { nearest } from "@stopwise/core";
import { exitStatus } from "./failure.ts";
import { packageVersion } from "./package-version.ts";
import { refuse, runVerb } from "./run-verb.ts";
import { verbs } from "./verbs.ts";

function helpPage(): string {
  const width = Math.max(...verbs.map(({ name }) => name.length));
  return [
    "Usage: stopwise VERB [arguments] [flags]",
    "",
    "Tells a language-model training run when to stop: the most tokens saved, with exact-match loss held",
    "under the bound you set, and the evidence shown.",
    "",
    "Verbs:",
    ...verbs.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "Every verb has --json (one JSON document on stdout) and --help (flags and examples).",
    "The store lives in .stopwise/ of the working folder (--store DIR, STOPWISE_STORE).",
    "Exit status: 0 done, 1 our fault, 2 your input, 3 abstained (or uncertified under --require-certificate).",
    "",
  ].join("\n");
}

function unknownVerb(name: string): number {
  const near = nearest(
    name,
    verbs.map((verb) => verb.name),
  );
  const mend = near === undefined ? "See stopwise --help." : `Did you mean ${near}?`;
  return refuse(`there is no verb ${JSON.stringify(name)}. ${mend}`);
}

/**
 * Runs the command line.
 *
 * @param args - what stands after `stopwise`
 * @returns the exit status
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    if (first === "help" && rest[0] !== undefined) return runCommandLine([rest[0], "--help"]);
    process.stdout.write(helpPage());
    return first === undefined ? exitStatus.input : exitStatus.done;
  }
  if (first === "--version" || first === "-V") {
    process.stdout.write(`${packageVersion()}\n`);
    return exitStatus.done;
  }
  const verb = verbs.find(({ name }) => name === first);
  return verb === undefined ? unknownVerb(first) : runVerb(verb, rest);
}
