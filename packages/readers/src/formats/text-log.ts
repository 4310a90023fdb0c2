import { factsOfConfig } from "../mapping/config-facts.ts";
import { readConsoleLine, type ConsoleLine } from "../tables/console-lines.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import { rolesOf } from "../tables/generic-columns.ts";
import { nameMetric } from "../mapping/metric-choice.ts";
import { readLines } from "../files/log-lines.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";

/** A line's values and where it stands; without step and epoch before the first of them, at 0. */
interface Placed {
  readonly step: number | undefined;
  readonly epoch: number | undefined;
  readonly values: ReadonlyMap<string, number>;
}

interface Console {
  readonly rows: readonly Placed[];
  readonly settings: Readonly<Record<string, number>>;
  readonly plannedSteps: number | undefined;
  readonly plannedEpochs: number | undefined;
}

/** Values that say where a line stands, not what was measured. */
const isPlace = (name: string): boolean =>
  /^(.*\s)?(global_)?(step|epoch|iter|iteration|batch|update)s?$/i.test(name);

const measured = (line: ConsoleLine): Map<string, number> =>
  new Map([...line.values].filter(([name]) => !isPlace(name)));

/** Whether a value that a console prints before any step or epoch is a score, not a setting such as `eval_steps`. */
const isScore = (name: string): boolean =>
  rolesOf([name], { bareScores: false }).evaluation.length > 0 && nameMetric(name) !== undefined;

/**
 * Rows of a console: each line's numbers at the last step and epoch that were named. Before the first, scores of an
 * evaluation stand at 0 and other numbers are settings. A line that a progress bar wrote over and over is its states.
 */
async function readConsole(file: LogFile): Promise<Console> {
  const rows: Placed[] = [];
  const settings: Record<string, number> = {};
  let [step, epoch, plannedSteps, plannedEpochs]: (number | undefined)[] = [];
  for await (const { text } of readLines(file.absolute)) {
    for (const state of text.includes("\r") ? text.split("\r") : [text]) {
      if (!/\d/.test(state)) continue;
      const line = readConsoleLine(state);
      step = line.step ?? step;
      epoch = line.epoch ?? epoch;
      plannedSteps ??= line.planned.steps;
      plannedEpochs ??= line.planned.epochs;
      const values = measured(line);
      if (step !== undefined || epoch !== undefined) rows.push({ step, epoch, values });
      else if ([...values.keys()].some(isScore)) rows.push({ step: undefined, epoch: undefined, values });
      else for (const [name, value] of values) settings[name] = value;
    }
  }
  return { rows, settings, plannedSteps, plannedEpochs };
}

/** Steps that begin anew with each epoch count within it and place nothing; then epochs do. */
function stepsCountWithinEpochs(rows: readonly Placed[]): boolean {
  let nFalls = 0;
  let nFallsWithEpoch = 0;
  for (let index = 1; index < rows.length; index += 1) {
    const [before, now] = [rows[index - 1]!, rows[index]!];
    if (now.step === undefined || before.step === undefined || now.step >= before.step) continue;
    nFalls += 1;
    if ((now.epoch ?? 0) > (before.epoch ?? 0)) nFallsWithEpoch += 1;
  }
  return nFalls > 0 && nFallsWithEpoch === nFalls;
}

function tableOf({ rows, settings, plannedSteps, plannedEpochs }: Console) {
  const byStep = rows.some(({ step }) => step !== undefined) && !stepsCountWithinEpochs(rows);
  const isPlaced = rows.some(({ step, epoch }) => step !== undefined || epoch !== undefined);
  const placed = (isPlaced ? rows : []).flatMap(({ step, epoch, values }): GenericRow[] => {
    const at = step === undefined && epoch === undefined ? 0 : byStep ? step : epoch;
    return at === undefined ? [] : [{ step: at, ...Object.fromEntries(values) }];
  });
  const names = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  const config = factsOfConfig(settings);
  const known: KnownFacts = {
    ...config,
    plannedSteps: byStep ? (plannedSteps ?? config.plannedSteps) : undefined,
    plannedEpochs: plannedEpochs ?? config.plannedEpochs,
  };
  return {
    table: { names: ["step", ...names.filter((name) => name !== "step")], rows: placed, known },
    byStep,
  };
}

async function read([file]: readonly LogFile[]): Promise<FileReading[]> {
  const { path } = file!;
  const { table, byStep } = tableOf(await readConsole(file!));
  const hasEvaluation = rolesOf(table.names).evaluation.length > 0;
  if (table.rows.length === 0 || !hasEvaluation) {
    return [
      { path, runs: [], reason: "console log without an evaluation at a step or epoch.", warnings: [] },
    ];
  }
  const { runs, reason } = runsOfTable(table);
  if (reason !== undefined) return [{ path, runs: [], reason: `the log ${reason}`, warnings: [] }];
  const placed: RawRun[] = byStep ? runs : runs.map((run) => ({ ...run, stepIsEpoch: true }));
  return [{ path, runs: placed, warnings: [] }];
}

const evaluates = /\b(val|valid|validation|eval|test|dev)[_ /]?\w*\s*['"]?\s*[:=]\s*[\d.]/i;
const progresses = /\bbatch=\d|\b(step|epoch|iter|iteration)s?['"]?\s*[:=#]?\s*\[?\s*\d/i;

/**
 * Console logs: lines of `name: value`, `name=value` or `val loss 2.3` at the step or epoch that a line names, `N/M`
 * giving the plan. Covers printed trainer dictionaries, Composer's and torchtune's files. Only names with an
 * evaluation prefix are evaluations.
 */
export const textLog: LogReader = {
  format: "text-log",
  title: "console log",
  description: {
    recognised: "a `.log`, `.out`, `.stdout` or `.stderr`, or a `.txt` with evaluations at a step or epoch",
    quality: "values with an evaluation prefix at the last step or epoch that a line named",
    plan: "`N/M`, and printed settings",
    end: "not told",
    notRead: "scores without an evaluation prefix; printed source code",
  },
  detect: (file) => {
    if (/\.(log|out|stdout|stderr)$/i.test(file.name))
      return file.headText !== "" || file.sizeBytes === 0 ? 0.15 : 0;
    return /\.txt$/i.test(file.name) && evaluates.test(file.headText) && progresses.test(file.headText)
      ? 0.15
      : 0;
  },
  read,
};
