import { LogFormatError } from "@stopwise/core";
import { consoleNumber } from "../consoles/console-number.ts";
import { runOfEntries, type ConsoleEntry } from "../consoles/console-run.ts";
import { notebookOutputs, type CellOutputs } from "../consoles/notebook-outputs.ts";
import type { LogReader } from "../contract.ts";
import { readJson } from "../files/log-text.ts";
import { parsePythonLiteral } from "../files/python-literal.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";
import { readConsoleLine } from "../tables/console-lines.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import { findHtmlTables, type HtmlTable } from "../tables/html-table.ts";
import { flattened } from "./jsonl.ts";

const isEntries = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isTrainLoss = (name: string): boolean => /^(training|train)[ _]loss$/i.test(name);
const isTokens = (name: string): boolean => /^(input tokens seen|num tokens)$/i.test(name);
const isNoScore = (name: string): boolean => /runtime|per second|preparation time|^time$/i.test(name);

/** The planned end that the bar above a table tells: `[700/700 13:15, Epoch 3/3]`. */
function planOf(before: string): KnownFacts {
  const bar = /\[ *(\d+)\/(\d+) [^\]<]{0,60}Epoch [\d.]+\/(\d+)/.exec(before.slice(-2000));
  return bar === null ? {} : { plannedSteps: Number(bar[2]), plannedEpochs: Number(bar[3]) };
}

function entryOf({ header }: HtmlTable, cells: readonly string[]): ConsoleEntry {
  const values = header.flatMap((name, index): [string, number][] => {
    const value = consoleNumber(cells[index]);
    return value === undefined ? [] : [[name, value]];
  });
  const first = (matches: (name: string) => boolean): number | undefined =>
    values.find(([name]) => matches(name))?.[1];
  const scores = values
    .slice(1)
    .filter(([name]) => !isTrainLoss(name) && !isTokens(name) && !isNoScore(name) && !/^epoch$/i.test(name));
  return {
    step: first((name) => /^step$/i.test(name)),
    epoch: first((name) => /^epoch$/i.test(name)),
    evaluation: Object.fromEntries(scores),
    training: { loss: first(isTrainLoss), tokens: first(isTokens) },
  };
}

/** The table that the Trainer's progress callback, or fastai, shows: its first column is the step or the epoch. */
const isProgressTable = ({ header }: HtmlTable): boolean =>
  /^(step|epoch)$/i.test(header[0] ?? "") && header.length > 2;

function tableRuns(outputs: readonly CellOutputs[]): RawRun[] {
  const found = outputs.flatMap(({ cell, html }) =>
    html.flatMap((text) =>
      findHtmlTables(text)
        .filter(isProgressTable)
        .map((table) => ({ cell, table })),
    ),
  );
  const runs = found.map(({ cell, table }, index) => {
    const again = found.slice(0, index).filter((other) => other.cell === cell).length;
    const whole = table.rows.filter((cells) => cells.length === table.header.length);
    return runOfEntries(
      whole.map((cells) => entryOf(table, cells)),
      {
        known: planOf(table.before),
        key: found.length === 1 ? "" : `cell ${cell}${again > 0 ? ` table ${again + 1}` : ""}`,
        // Without a prefix the scores are of the evaluation, since the Trainer shows no others here.
        aliasOf: (name) => (/^(val|valid|validation|eval|test)/i.test(name) ? undefined : `eval ${name}`),
      },
    );
  });
  return runs.filter(({ evaluations }) => evaluations.length > 0);
}

/** Rows of printed text: the Trainer's dictionaries, Keras's epochs, `step 100: val loss 2.1`. */
function printedRuns({ printed }: CellOutputs): RawRun[] {
  const rows: GenericRow[] = [];
  const names = new Set<string>();
  let [step, epoch]: (number | undefined)[] = [];
  let known: KnownFacts = {};
  for (const line of printed.flatMap((text) => text.split("\n"))) {
    const shown = line.split(/\r|\u0008+/).findLast((state) => state.trim() !== "") ?? "";
    if (shown.length > 20_000 || !/\d/.test(shown)) continue;
    const told = readConsoleLine(shown);
    step = told.step ?? step;
    epoch = told.epoch ?? epoch;
    known = { plannedSteps: told.planned.steps, plannedEpochs: told.planned.epochs, ...known };
    const values = [...told.values].filter(([name]) => !/^(step|epoch|iter|iteration)s?$/i.test(name));
    if (values.length === 0 || (step === undefined && epoch === undefined)) continue;
    for (const [name] of values) names.add(name);
    rows.push({
      ...(epoch === undefined ? {} : { epoch }),
      ...(step === undefined || epoch !== undefined ? {} : { step }),
      ...Object.fromEntries(values),
    });
  }
  const table = { names: ["step", "epoch", ...names], rows, known, bareScoresAreTraining: true };
  return runsOfTable(table).runs;
}

/** `trainer.state.log_history` as a cell showed it. */
function shownRuns({ shown }: CellOutputs): RawRun[] {
  return shown.flatMap((text) => {
    const list = /^\s*\[\s*\{/.test(text) ? parsePythonLiteral(text) : undefined;
    const rows = Array.isArray(list) ? list.filter(isEntries).map((row) => flattened(row)) : [];
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return runsOfTable({ names, rows, bareScoresAreTraining: true }).runs;
  });
}

const hasCurve = ({ evaluations }: RawRun): boolean => evaluations.length > 0;

/** Runs of the first kind of output that holds any: the same training may be shown in several. */
function runsOf(outputs: readonly CellOutputs[]): RawRun[] {
  const tables = tableRuns(outputs);
  if (tables.length > 0) return tables;
  for (const runsOfCell of [printedRuns, shownRuns]) {
    const cells = outputs.map((output) => ({ cell: output.cell, runs: runsOfCell(output).filter(hasCurve) }));
    const found = cells.flatMap(({ cell, runs }) => runs.map((run) => ({ cell, run })));
    if (found.length === 1) return [found[0]!.run];
    if (found.length > 1)
      return found.map(({ cell, run }) => ({
        ...run,
        key: `cell ${cell}${run.key === "" ? "" : ` ${run.key}`}`,
      }));
  }
  return [];
}

/**
 * Jupyter, Colab and Kaggle notebooks by what their cells showed: the table of the Trainer's progress callback (or of
 * fastai), else printed text, else a shown `log_history`. Each table is a run.
 */
export const notebook: LogReader = {
  format: "notebook",
  title: "Jupyter notebook",
  description: {
    recognised: "a `.ipynb` file; only what its cells have put out is looked at",
    quality:
      "of a table whose first column is `Step` or `Epoch` every column but the training loss; else evaluation values of printed text",
    plan: "the progress bar above the table, `[700/700 13:15, Epoch 3/3]`",
    end: "not told",
    notRead: "source, pictures, tables without step or epoch",
  },
  detect: (file) => (/\.ipynb$/i.test(file.name) && (file.headText !== "" || file.sizeBytes === 0) ? 0.9 : 0),
  read: async ([file]) => {
    const { path } = file!;
    const content = await readJson(file!);
    if (!isEntries(content) || !("cells" in content || "worksheets" in content)) {
      throw new LogFormatError({ file: path }, "is no notebook: it has no cells.", "Restore the file.");
    }
    const runs = runsOf(notebookOutputs(content));
    const none =
      runs.length === 0 ? { reason: "the notebook's outputs hold no evaluation at a step or epoch." } : {};
    return [{ path, runs, warnings: [], ...none }];
  },
};
