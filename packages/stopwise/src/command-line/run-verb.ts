import { exitStatus, reportFailure } from "./failure.ts";
import type { Verb } from "./verb.ts";

/** Says in one line that the input is wrong. */
export function refuse(line: string): number {
  process.stderr.write(`stopwise: ${line}\n`);
  return exitStatus.input;
}

/** Whoever reads our output may have read enough, as `head` does: no error. */
function allowClosedOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

/** Runs a verb; commander's own refusals become one line and the exit status of wrong input. */
async function parseAndRun(verb: Verb, args: readonly string[]): Promise<number> {
  const [{ Command, CommanderError }, define] = await Promise.all([import("commander"), verb.load()]);
  const command = new Command(`stopwise ${verb.name}`).description(verb.summary);
  define(command);
  for (const each of [command, ...command.commands]) {
    each.exitOverride().configureOutput({ outputError: () => undefined });
  }
  try {
    await command.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exitStatus.done;
    const line = error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ");
    return refuse(`${verb.name}: ${line.replace(/\.+$/, "")}. See stopwise ${verb.name} --help.`);
  }
  return Number(process.exitCode ?? exitStatus.done);
}

/**
 * Runs one verb with its own arguments.
 *
 * @param verb - of the command line
 * @param args - what stands after its name
 * @returns the exit status
 */
export async function runVerb(verb: Verb, args: readonly string[]): Promise<number> {
  allowClosedOutput();
  try {
    return await parseAndRun(verb, args);
  } catch (error) {
    return reportFailure(error);
  }
}
