import {
  curveOf,
  InvalidInputError,
  reachedPlan,
  type Curve,
  type Outcome,
  type RunRecord,
} from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { learnedCriteria } from "@stopwise/meta-model/predict";
import { outcomeAt, outcomeTable, parsePolicy, replay } from "@stopwise/policies";
import type { Command } from "commander";
import { print, printJson } from "../command-line/output.ts";
import { renderTable } from "../command-line/table.ts";
import { adviseFrom, type Advice } from "../library/advice.ts";
import { loadModel } from "../library/model-source.ts";
import { requireShippedRuns } from "../retraining/shipped-runs.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { terminalPlot } from "./demo/terminal-plot.ts";

interface DemoFlags extends StoreFlags {
  readonly run?: string;
  readonly json?: true;
}

/** Where one way of stopping ends a run and what that gives. */
interface Stop {
  readonly letter: string;
  readonly name: string;
  /** Evaluation; null for a run to its end. */
  readonly index: number | null;
  readonly saving: number;
  readonly emLoss: number;
}

interface Shown {
  readonly run: RunRecord;
  readonly curve: Curve;
  readonly advice: Advice;
  readonly stops: readonly Stop[];
}

const maxEmLoss = 0.01;

/** The first evaluation at which a stop would have lost at most the bound: known only afterwards. */
function hindsightIndex(curve: Curve): number {
  const { emLoss } = outcomeTable(curve, "best");
  const index = emLoss.findIndex((loss, i) => i >= curve.firstStop && loss <= Math.fround(maxEmLoss));
  return index < 0 ? curve.nCheckpoints - 1 : index;
}

const patience3 = parsePolicy({ version: 1, criterion: "staleness", threshold: 3 });

/** Where the learned stopper of the same model and bound ends the run; undefined where the advice holds none. */
function learnedStop(curve: Curve, { advice, model, task }: Advice): Outcome | undefined {
  const learned = advice.learned;
  if (learned === undefined) return undefined;
  return replay(learned.policy, curve, { criteria: learnedCriteria(model), task });
}

function stopsOf(curve: Curve, advice: Advice): Stop[] {
  const patience = replay(patience3, curve);
  const recommended = replay(advice.policy, curve);
  const learned = learnedStop(curve, advice);
  const hindsight = outcomeAt(curve, hindsightIndex(curve), "best");
  const stop = (letter: string, name: string, it: typeof hindsight): Stop => {
    const { stopIndex, saving, emLoss } = it;
    return { letter, name, index: stopIndex, saving, emLoss };
  };
  return [
    stop("P", "patience 3", patience),
    stop("R", "recommended", recommended),
    ...(learned === undefined ? [] : [stop("L", "learned", learned)]),
    stop("H", "hindsight", hindsight),
  ];
}

function shownOf(run: RunRecord, store: string): Shown {
  const curve = curveOf(run);
  const advice = adviseFrom(loadModel(store), { ...taskOf(run), maxEmLoss });
  return { run, curve, advice, stops: stopsOf(curve, advice) };
}

const savingOf = ({ stops }: Shown): number => stops[1]!.saving;

const patienceLoss = ({ stops }: Shown): number => stops[0]!.emLoss;

/**
 * Of the runs on which patience 3 breaks the bound, the one in the middle by what the recommendation saves: neither the
 * best nor the worst case.
 */
function middleRun(runs: readonly RunRecord[], store: string): Shown {
  const shown = runs
    .filter((run) => run.kind === "quality" && reachedPlan(run))
    .map((run) => shownOf(run, store))
    .filter((it) => patienceLoss(it) > maxEmLoss)
    .sort((a, b) => savingOf(a) - savingOf(b) || (a.run.id < b.run.id ? -1 : 1));
  const middle = shown[Math.floor(shown.length / 2)];
  if (middle !== undefined) return middle;
  throw new InvalidInputError("no shipped run loses a point by patience 3.", "Name one with --run.");
}

function namedRun(runs: readonly RunRecord[], id: string, store: string): Shown {
  const run = runs.find((it) => it.id.startsWith(id));
  if (run !== undefined) return shownOf(run, store);
  throw new InvalidInputError(`there is no run ${id} in the shipped sweep.`, "Leave --run out to see one.");
}

function page({ run, curve, advice, stops }: Shown): string {
  const width = Math.min((process.stdout.columns || 80) - 10, 100);
  const marks = stops.map(({ letter, index }) => ({ letter, index: index ?? curve.nCheckpoints - 1 }));
  const table = renderTable(stops, [
    { title: "", value: ({ letter }) => letter },
    { title: "stops by", value: ({ name }) => name },
    {
      title: "at step",
      value: ({ index }) => (index === null ? "the end" : curve.step[index]),
      align: "right",
    },
    { title: "tokens saved", value: ({ saving }) => `${(100 * saving).toFixed(1)} %`, align: "right" },
    { title: "EM lost (points)", value: ({ emLoss }) => (100 * emLoss).toFixed(2), align: "right" },
  ]);
  const facts = `${run.model ?? "a model"}, ${run.datasetSize ?? "?"} examples, ${curve.nCheckpoints} evaluations`;
  return [
    `Exact match of one real run of the shipped sweep: ${run.task ?? run.id} (${facts})`,
    "",
    terminalPlot(curve.quality, marks, { width, height: 14 }),
    "",
    table,
    "",
    `Recommended (${advice.status}): ${advice.sentence}`,
    "Hindsight knows the whole curve: the first evaluation from which at most one point is lost.",
    "The model has learned from this run among others; stopwise evaluate judges it on runs it has not seen.",
  ].join("\n");
}

async function demo(flags: DemoFlags): Promise<void> {
  const runs = await requireShippedRuns();
  const shown =
    flags.run === undefined ? middleRun(runs, flags.store) : namedRun(runs, flags.run, flags.store);
  const { run, advice, stops } = shown;
  if (flags.json === true) printJson({ run, status: advice.status, policy: advice.policy, stops });
  else print(page(shown));
}

/** `stopwise demo`. */
export function defineDemo(command: Command): void {
  command
    .option(
      "--run <id>",
      "a run of the shipped sweep; default: the middle one, by saving, of those that patience 3 hurts",
    )
    .option("--json", "one JSON document on stdout")
    .action(demo);
  addStoreFlag(command).addHelpText("after", "\nExamples:\n  stopwise demo\n  stopwise demo --json");
}
