import { InvalidInputError, reachedPlan, type RunRecord } from "@stopwise/core";
import type { Command } from "commander";
import { print, printJson } from "../command-line/output.ts";
import { requireShippedRuns } from "../retraining/shipped-runs.ts";
import { aggregate } from "./demo/aggregate.ts";
import { aggregateText, closingText, exampleText, runText } from "./demo/demo-page.ts";
import { examplesOf } from "./demo/examples.ts";
import { command, judgedOf, question, type Judged } from "./demo/held-out-stops.ts";

interface DemoFlags {
  readonly run?: string;
  readonly json?: true;
}

function namedRun(runs: readonly RunRecord[], id: string): Judged {
  const run = runs.find((it) => it.id.startsWith(id));
  if (run !== undefined) return judgedOf(run);
  throw new InvalidInputError(`there is no run ${id} in the shipped sweep.`, "Leave --run out to see two.");
}

/** A judged run as JSON: its record and its stops. */
const shownJson = ({ run, stops, certified }: Judged): object => ({ run, certified, stops });

async function demo(flags: DemoFlags): Promise<void> {
  const runs = (await requireShippedRuns()).filter((run) => run.kind === "quality" && reachedPlan(run));
  const width = Math.min(process.stdout.columns || 80, 110);
  if (flags.run !== undefined) {
    const judged = namedRun(runs, flags.run);
    if (flags.json === true) printJson({ command, question, shown: [shownJson(judged)] });
    else print(`${runText(judged, width)}\n\n${closingText(width)}`);
    return;
  }
  const judged = runs.map(judgedOf);
  const rows = aggregate(judged);
  const examples = examplesOf(judged);
  if (flags.json === true) {
    const shown = examples.map(({ title, rule, judged }) => ({ title, rule, ...shownJson(judged) }));
    printJson({ command, question, aggregate: rows, shown });
    return;
  }
  const parts = [aggregateText(rows, judged, width), ...examples.map((it) => exampleText(it, width))];
  print([...parts, closingText(width)].join("\n\n"));
}

/** `stopwise demo`. */
export function defineDemo(command: Command): void {
  command
    .option(
      "--run <id>",
      "one run of the shipped sweep; default: the sweep as a whole, and two runs by a rule",
    )
    .option("--json", "one JSON document on stdout")
    .action(demo)
    .addHelpText("after", "\nExamples:\n  stopwise demo\n  stopwise demo --json");
}
