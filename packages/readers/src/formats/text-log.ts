import { factsOfConfig } from "../mapping/config-facts.ts";
import { readConsoleLine, type ConsoleLine } from "../tables/console-lines.ts";
import { readBar } from "../tables/console-places.ts";
import { isWholeLine } from "../tables/cut-lines.ts";
import { SourceLines } from "../tables/source-lines.ts";
import type { FileReading, LogFile, LogReader, ReadHints } from "../contract.ts";
import { runsOfTable, type GenericRow } from "../tables/generic-rows.ts";
import { rolesOf } from "../tables/generic-columns.ts";
import { nameMetric } from "../mapping/metric-choice.ts";
import { readLines } from "../files/log-lines.ts";
import type { KnownFacts, RawRun } from "../mapping/raw-run.ts";

/** A line's values and where it stands; without step and epoch before the first of them, at 0. */
interface Placed {
  readonly step: number | undefined;
  readonly epoch: number | undefined;
  readonly plannedSteps: number | undefined;
  readonly plannedEpochs: number | undefined;
  readonly values: ReadonlyMap<string, number>;
  /** The line ends what stands above it. */
  readonly closes: boolean;
}

interface Console {
  readonly rows: readonly Placed[];
  readonly settings: Readonly<Record<string, number>>;
  /** Epochs were printed as shares of the training. */
  readonly hasShares: boolean;
  readonly isCut: boolean;
  readonly hasCrashed: boolean;
}

/** Whether a value that a console prints before any step or epoch is a score, not a setting such as `eval_steps`. */
const isScore = (name: string): boolean =>
  rolesOf([name], { bareScores: false }).evaluation.length > 0 && nameMetric(name) !== undefined;

const crash =
  /^Traceback \(most recent call last\)|^KeyboardInterrupt|CUDA out of memory|OutOfMemoryError|^Killed$|^Terminated$|slurmstepd: error|CANCELLED AT/;

/** Labels of progress bars that count the steps of a training. */
const trainingBar = /^(|train|training|steps?|iterations?|iters?|global step|training steps?|progress)$/i;

/** Takes the lines of a console one by one and places their values. */
class ConsoleReading {
  readonly rows: Placed[] = [];
  readonly settings = Object.create(null) as Record<string, number>;
  hasShares = false;
  hasCrashed = false;
  #step: number | undefined;
  #epoch: number | undefined;
  #plannedSteps: number | undefined;
  #plannedEpochs: number | undefined;
  /** Steps of the training's own progress bar: other bars are of evaluations and data. */
  #barTotal: number | undefined;
  readonly #source = new SourceLines();

  add(state: string): void {
    if (crash.test(state)) this.hasCrashed = true;
    if (this.#source.isSource(state) || !/\d/.test(state)) return;
    const line = readConsoleLine(state);
    this.#plan(line);
    this.#place(line, this.#barStep(state));
    this.#take(line);
  }

  #plan({ planned, step }: ConsoleLine): void {
    // A plan that is named without a place begins another training.
    if (planned.steps !== undefined && (this.#plannedSteps === undefined || step === undefined)) {
      this.#plannedSteps = planned.steps;
    }
    if (planned.epochs !== undefined) this.#plannedEpochs = planned.epochs;
  }

  #barStep(state: string): number | undefined {
    const bar = readBar(state);
    if (bar === undefined || !trainingBar.test(bar.label)) return undefined;
    if (this.#barTotal === undefined || this.#plannedSteps === bar.total) this.#barTotal = bar.total;
    if (bar.total !== this.#barTotal) return undefined;
    this.#plannedSteps = bar.total;
    return bar.at;
  }

  #place({ step, epoch, values, isEpochShare }: ConsoleLine, barStep: number | undefined): void {
    const at = step ?? barStep;
    // A lower step without a value is chatter, not a restart.
    const isChatter = values.size === 0 && at !== undefined && this.#step !== undefined && at < this.#step;
    if (!isChatter || barStep !== undefined) this.#step = at ?? this.#step;
    this.#epoch = epoch ?? this.#epoch;
    this.hasShares ||= isEpochShare;
  }

  #take({ values, closes }: ConsoleLine): void {
    const [step, epoch] = [this.#step, this.#epoch];
    const place = { step, epoch, plannedSteps: this.#plannedSteps, plannedEpochs: this.#plannedEpochs };
    if (step !== undefined || epoch !== undefined) this.rows.push({ ...place, values, closes });
    else if ([...values.keys()].some(isScore)) this.rows.push({ ...place, values, closes });
    else for (const [name, value] of values) this.settings[name] = value;
    if (values.has("train_runtime")) this.#barTotal = this.#plannedSteps = undefined;
    if (values.size > 0) this.hasCrashed = false;
  }
}

/** A dictionary or list that is closed, or a line without numbers. */
const closesItself = (line: string): boolean =>
  /[}\])]\s{0,9}$/.test(line.slice(-40)) || !/\d/.test(line.slice(-400));

/**
 * Rows of a console: each line's numbers at the last step and epoch that were named. Before the first, scores of an
 * evaluation stand at 0 and other numbers are settings. A line that a progress bar wrote over and over is its states.
 * A last line that no line break ends is left out, unless a bracket closes it: its number may have been cut.
 */
async function readConsole(file: LogFile): Promise<Console> {
  const reading = new ConsoleReading();
  const earlier: string[] = [];
  let isCut = false;
  for await (const { text, ended } of readLines(file.absolute)) {
    const states = text.includes("\r") ? text.split("\r") : [text];
    if (!ended && !closesItself(states.at(-1)!) && !isWholeLine(states.at(-1)!, earlier)) {
      isCut = /\d/.test(states.pop()!);
    }
    for (const state of states) reading.add(state);
    if (earlier.push(text.slice(0, 400)) > 1000) earlier.splice(0, 500);
  }
  const { settings, hasShares, hasCrashed } = reading;
  return { rows: closedRows(reading.rows), settings, hasShares, isCut, hasCrashed };
}

const isEvaluated = ({ values }: Placed): boolean => [...values.keys()].some(isScore);

/** Rows above a line that closes its epoch (`Epoch 0 ended.`) at that epoch, where the log places them so. */
function closedRows(rows: readonly Placed[]): readonly Placed[] {
  const closings = rows.flatMap(({ closes }, index) => (closes ? [index] : []));
  const [first, last] = [closings[0], closings.at(-1)];
  if (first === undefined || last === undefined) return rows;
  const evaluated = rows.flatMap((row, index) => (isEvaluated(row) ? [index] : []));
  const isAbove = evaluated[0]! < first && !evaluated.some((index) => index > last);
  if (!isAbove) return rows;
  return rows.map((row, index) => {
    const closedBy = closings.find((closing) => closing >= index);
    return closedBy === undefined ? row : { ...row, epoch: rows[closedBy]!.epoch };
  });
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

/** A console row as a row of a table, undefined where it stands nowhere. */
function tableRow(row: Placed, byStep: boolean, hasShares: boolean): GenericRow | undefined {
  const { step, epoch, plannedSteps, plannedEpochs, values } = row;
  const at = step === undefined && epoch === undefined ? 0 : byStep ? step : epoch;
  if (at === undefined) return undefined;
  const told: Record<string, number> = Object.assign(
    Object.create(null) as Record<string, number>,
    Object.fromEntries(values),
  );
  told["step"] = at;
  if (epoch !== undefined && (byStep || hasShares)) told["epoch"] = epoch;
  if (byStep && plannedSteps !== undefined) told["max_steps"] = plannedSteps;
  if (plannedEpochs !== undefined) told["max_epochs"] = plannedEpochs;
  return told;
}

/** How the run ended as far as its console tells. */
function endOf({ hasCrashed, isCut }: Console): KnownFacts {
  return hasCrashed ? { end: "crashed" } : isCut ? { end: "running" } : {};
}

function tableOf(console: Console) {
  const { rows, settings, hasShares } = console;
  const byStep = rows.some(({ step }) => step !== undefined) && !stepsCountWithinEpochs(rows);
  const isPlaced = rows.some(({ step, epoch }) => step !== undefined || epoch !== undefined);
  const placed = (isPlaced ? rows : []).flatMap((row): GenericRow[] => {
    const told = tableRow(row, byStep, hasShares);
    return told === undefined ? [] : [told];
  });
  const names = new Set(["step", "epoch", "max_steps", "max_epochs"]);
  for (const { values } of rows) for (const name of values.keys()) names.add(name);
  const config = factsOfConfig(settings);
  const known: KnownFacts = {
    ...config,
    plannedSteps: byStep ? config.plannedSteps : undefined,
    ...endOf(console),
  };
  const held = [...names].filter((name) => placed.some((row) => row[name] !== undefined));
  return { table: { names: held, rows: placed, known }, byStep };
}

async function read([file]: readonly LogFile[], hints?: ReadHints): Promise<FileReading[]> {
  const { path } = file!;
  const console = await readConsole(file!);
  const { table, byStep } = tableOf(console);
  const roles = rolesOf(table.names, { metric: hints?.metric });
  if (table.rows.length === 0 || roles.evaluation.length + roles.bare.length === 0) {
    return [
      { path, runs: [], reason: "console log without an evaluation at a step or epoch.", warnings: [] },
    ];
  }
  const warnings = console.isCut ? ["the last line is incomplete and left out."] : [];
  const { runs, reason } = runsOfTable({ ...table, metric: hints?.metric });
  if (reason !== undefined) {
    const trained = runs.filter(({ training }) => training.length > 0);
    return [{ path, runs: trained, reason: `the log ${reason}`, warnings }];
  }
  const placed: RawRun[] = byStep ? runs : runs.map((run) => ({ ...run, stepIsEpoch: true }));
  return [{ path, runs: placed, warnings }];
}

const evaluates = /\b(val|valid|validation|eval|test|dev)[_ /]?\w{0,60}\s{0,9}['"]?\s{0,9}[:=]\s{0,9}[\d.]/i;
const progresses = /\bbatch=\d|\b(step|epoch|iter|iteration)s?['"]?\s{0,9}[:=#]?\s{0,9}\[?\s{0,9}\d/i;

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
