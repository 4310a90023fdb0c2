import { renderTable } from "../../command-line/table.ts";
import type { AggregateRow } from "./aggregate.ts";
import type { Example } from "./examples.ts";
import { command, nFolds, question, type Judged } from "./held-out-stops.ts";
import { terminalPlot } from "./terminal-plot.ts";

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const points = (loss: number): string => (100 * loss).toFixed(2);

/** Words into lines that are no longer than a width, where words allow. */
function wrapped(text: string, width: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

/**
 * The table over all tasks.
 *
 * @param rows - one for each way of stopping
 * @param judged - the runs behind them
 * @param width - of the page in characters
 */
export function aggregateText(
  rows: readonly AggregateRow[],
  judged: readonly Judged[],
  width: number,
): string {
  const nTasks = new Set(judged.map(({ group }) => group)).size;
  const head = `${judged.length.toLocaleString("en-US")} runs of ${nTasks} tasks, each task answered for by one of ${nFolds} models that have not seen it. Asked: ${question}.`;
  const table = renderTable(rows, [
    { title: "stops by", value: ({ name }) => name },
    { title: "tokens saved", value: ({ saving }) => percent(saving), align: "right" },
    { title: "EM lost (points)", value: ({ emLoss }) => points(emLoss), align: "right" },
    { title: "runs over a point", value: ({ over }) => percent(over), align: "right" },
  ]);
  return `${wrapped(head, width)}\n\n${table}`;
}

/** One run as a picture with its stops, and their table below. */
export function runText({ run, curve, stops, certified }: Judged, width: number): string {
  const marks = stops.map(({ letter, index }) => ({ letter, index: index ?? curve.nCheckpoints - 1 }));
  const table = renderTable(stops, [
    { title: "", value: ({ letter }) => letter },
    { title: "stops by", value: ({ name }) => name },
    {
      title: "at step",
      value: ({ index }) => (index === null ? "the end" : curve.step[index]),
      align: "right",
    },
    { title: "tokens saved", value: ({ saving }) => percent(saving), align: "right" },
    { title: "EM lost (points)", value: ({ emLoss }) => points(emLoss), align: "right" },
  ]);
  const facts = `${run.model ?? "a model"}, ${run.datasetSize ?? "?"} examples, ${curve.nCheckpoints} evaluations`;
  const plot = terminalPlot(curve.quality, marks, { width: width - 8, height: 12 });
  const answer = certified ? "certified" : "not certified";
  const head = `Exact match of ${run.task ?? run.id} (${facts}); the learned answer is ${answer}.`;
  return `${wrapped(head, width)}\n\n${plot}\n\n${table}`;
}

/** A run that was picked, under its title and rule. */
export function exampleText({ title, rule, judged }: Example, width: number): string {
  return `${title}\n${wrapped(`Picked: ${rule}.`, width)}\n\n${runText(judged, width)}`;
}

/** What the letters mean, how the figures were made, and what to type next. */
export function closingText(width: number): string {
  const notes = [
    "R is the policy that is chosen before the run; L looks at every evaluation, as a live run does. Hindsight knows the whole curve: the first evaluation from which at most one point is lost.",
    `These are small models trained from random weights on the questions of the shipped sweep. ${command} makes the figures anew.`,
  ];
  const next = [
    "Next, for your own run (leave out what you do not know):",
    "  stopwise recommend --model bert-base-uncased --dataset-size 20k --epochs 3 --evals 12 --metric accuracy",
    "and with your own logs:",
    "  stopwise ingest path/to/logs && stopwise retrain",
  ];
  return [...notes.map((note) => wrapped(note, width)), next.join("\n")].join("\n\n");
}
