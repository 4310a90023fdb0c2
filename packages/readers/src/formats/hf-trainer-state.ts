import { LogFormatError, type End } from "@stopwise/core";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { emptyValues } from "../tables/evaluation-rows.ts";
import { readJson } from "../files/log-text.ts";
import { loggedNumber } from "../files/python-json.ts";
import {
  dropAbandoned,
  laterStep,
  type Evaluation,
  type KnownFacts,
  type RawRun,
} from "../mapping/raw-run.ts";
import { factsBeside } from "../walking/run-folder.ts";

type Row = Readonly<Record<string, unknown>>;

interface TrainerState {
  readonly file: LogFile;
  readonly state: Row;
  readonly history: readonly Row[];
}

const positive = (value: unknown): number | undefined => {
  const number = loggedNumber(value);
  return number !== undefined && Number.isFinite(number) && number > 0 ? number : undefined;
};

const isRow = (value: unknown): value is Row =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const notAMetric =
  /_(runtime|(samples|steps|tokens)_per_second|jit_compilation_time|model_preparation_time)$/;

const isEndOfTraining = (row: Row): boolean => "train_runtime" in row || "train_loss" in row;

const stepOf = (row: Row): number | null => loggedNumber(row["step"]) ?? null;

/** The evaluation values of a row, undefined where it has none. */
function evaluationValues(row: Row, prefix: RegExp): Record<string, number> | undefined {
  let values: Record<string, number> | undefined;
  for (const key in row) {
    if (!prefix.test(key) || notAMetric.test(key)) continue;
    const number = loggedNumber(row[key]);
    if (number !== undefined) (values ??= emptyValues())[key] = number;
  }
  return values;
}

/** What the names of evaluation values begin with: `eval_`, where none does what `metric_key_prefix` was set to. */
function prefixOf(history: readonly Row[]): RegExp {
  const usual = /^eval_/;
  return history.some((row) => Object.keys(row).some((key) => usual.test(key) && !notAMetric.test(key)))
    ? usual
    : /^(val|valid|validation|dev|test)_/;
}

/** The evaluation rows; one that follows the end of training at the same step may be of another checkpoint. */
function evaluationsOf(history: readonly Row[]): Evaluation[] {
  const rows: Evaluation[] = [];
  const prefix = prefixOf(history);
  let endedAt: number | null = null;
  for (const row of history) {
    if (isEndOfTraining(row)) endedAt = stepOf(row);
    const values = evaluationValues(row, prefix);
    if (values === undefined) continue;
    rows.push({
      step: stepOf(row),
      epoch: loggedNumber(row["epoch"]) ?? null,
      tokens:
        positive(row["num_tokens"]) ??
        positive(row["eval_num_tokens"]) ??
        positive(row["num_input_tokens_seen"]),
      values,
      afterEnd: endedAt !== null && stepOf(row) === endedAt,
    });
  }
  return rows;
}

function trainingOf(history: readonly Row[]): RawRun["training"] {
  return history
    .filter((row) => "loss" in row)
    .map((row) => ({
      step: stepOf(row),
      epoch: loggedNumber(row["epoch"]),
      loss: loggedNumber(row["loss"]),
      gradNorm: loggedNumber(row["grad_norm"]),
      lr: loggedNumber(row["learning_rate"]),
      tokens: positive(row["num_tokens"]) ?? positive(row["num_input_tokens_seen"]),
    }));
}

function earlyStoppingOf(state: Row): { patience?: number; threshold?: number; stopped: boolean } {
  const callbacks = isRow(state["stateful_callbacks"]) ? state["stateful_callbacks"] : {};
  const entry: unknown = callbacks["EarlyStoppingCallback"];
  const callback = Array.isArray(entry) ? (entry[0] as unknown) : entry;
  if (!isRow(callback)) return { stopped: false };
  const settings = isRow(callback["args"]) ? callback["args"] : {};
  const attributes = isRow(callback["attributes"]) ? callback["attributes"] : {};
  const patience = positive(settings["early_stopping_patience"]);
  const threshold = loggedNumber(settings["early_stopping_threshold"]);
  const counter = loggedNumber(attributes["early_stopping_patience_counter"]) ?? 0;
  return {
    ...(patience !== undefined && { patience }),
    ...(threshold !== undefined && { threshold }),
    stopped: patience !== undefined && counter >= patience,
  };
}

function endOf(state: Row): End {
  if (earlyStoppingOf(state).stopped) return "early-stopped";
  const [planned, reached] = [positive(state["max_steps"]), loggedNumber(state["global_step"])];
  return planned !== undefined && reached !== undefined && reached >= planned ? "completed" : "unknown";
}

/** Questions in the evaluation set: run time x samples per second of an evaluation. */
function evalSizeOf(history: readonly Row[]): number | undefined {
  for (const row of history) {
    const [seconds, rate] = [positive(row["eval_runtime"]), positive(row["eval_samples_per_second"])];
    if (seconds !== undefined && rate !== undefined) return Math.max(1, Math.round(seconds * rate));
  }
  return undefined;
}

/** Training examples: samples of the whole training (run time x rate) over the planned epochs. */
function datasetSizeOf(state: Row, history: readonly Row[]): number | undefined {
  const end = history.findLast((row) => "train_runtime" in row);
  const [seconds, rate] = [positive(end?.["train_runtime"]), positive(end?.["train_samples_per_second"])];
  const [steps, planned] = [positive(end?.["step"]), positive(state["max_steps"])];
  const epoch = positive(end?.["epoch"]);
  if (seconds === undefined || rate === undefined || epoch === undefined || planned === undefined)
    return undefined;
  // The Trainer's rate counts the planned samples, whether or not the plan was reached.
  const epochsPlanned = (epoch * planned) / (steps ?? planned);
  return Math.max(1, Math.round((seconds * rate) / epochsPlanned));
}

function knownOf({ state, history }: TrainerState): KnownFacts {
  const stopping = earlyStoppingOf(state);
  const peakRate = history.reduce((peak, row) => Math.max(peak, positive(row["learning_rate"]) ?? 0), 0);
  const datasetSize = datasetSizeOf(state, history);
  const [seen, steps] = [positive(state["num_input_tokens_seen"]), positive(state["global_step"])];
  return {
    plannedSteps: positive(state["max_steps"]),
    evalSize: evalSizeOf(history),
    datasetSize,
    end: endOf(state),
    tokensPerStep: seen !== undefined && steps !== undefined ? seen / steps : undefined,
    hyper: {
      ...(positive(state["max_steps"]) !== undefined && { maxSteps: positive(state["max_steps"]) }),
      ...(positive(state["num_train_epochs"]) !== undefined && {
        epochs: positive(state["num_train_epochs"]),
      }),
      ...(positive(state["train_batch_size"]) !== undefined && {
        batchSize: positive(state["train_batch_size"]),
      }),
      ...(peakRate > 0 && { lr: peakRate, lrEstimated: true }),
      ...(datasetSize !== undefined && { datasetSizeEstimated: true }),
      ...(stopping.patience !== undefined && { earlyStoppingPatience: stopping.patience }),
      ...(stopping.threshold !== undefined && { earlyStoppingThreshold: stopping.threshold }),
    },
  };
}

/** Sizes that a file beside the log states win over those worked out from run times. */
const counted = ({ datasetSize, evalSize }: KnownFacts): KnownFacts => ({
  ...(datasetSize !== undefined && { datasetSize }),
  ...(evalSize !== undefined && { evalSize }),
});

/** The history without the rows that a resumed run abandoned; most histories have none. */
function withoutAbandoned(history: readonly Row[]): { history: readonly Row[]; nDropped: number } {
  let last = Number.NEGATIVE_INFINITY;
  const rises = history.every((row) => {
    const before = last;
    last = stepOf(row) ?? last;
    return last >= before;
  });
  if (rises) return { history, nDropped: 0 };
  const { rows, nDropped } = dropAbandoned(history.map((row) => ({ step: stepOf(row), row })));
  return { history: rows.map(({ row }) => row), nDropped };
}

async function runOf(state: TrainerState): Promise<RawRun> {
  const { history, nDropped } = withoutAbandoned(state.history);
  const beside = await factsBeside(state.file);
  const known = knownOf({ ...state, history });
  const stated = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  const lastStep = history.reduce<number | null>((last, row) => laterStep(last, stepOf(row)), null);
  return {
    key: "",
    evaluations: evaluationsOf(history),
    training: trainingOf(history),
    lastStep,
    known: {
      ...beside,
      ...stated,
      ...counted(beside),
      hyper: {
        ...known.hyper,
        ...beside.hyper,
        ...(beside.datasetSize === undefined ? {} : { datasetSizeEstimated: false }),
      },
    },
    warnings:
      nDropped === 0 ? [] : [`the run was resumed: ${nDropped} rows of an abandoned branch are dropped.`],
  };
}

async function openState(file: LogFile): Promise<TrainerState | FileReading> {
  const state = await readJson(file);
  if (!isRow(state)) {
    throw new LogFormatError(
      { file: file.path },
      "is no JSON object.",
      "Restore the file, or remove it from the folder.",
    );
  }
  const skipped = (reason: string): FileReading => ({ path: file.path, runs: [], reason, warnings: [] });
  const history = state["log_history"];
  if (!Array.isArray(history)) {
    return skipped(`has no log_history; its keys are ${Object.keys(state).join(", ") || "none"}.`);
  }
  if (history.length === 0) return skipped("log_history is empty.");
  return { file, state, history: history.filter(isRow) };
}

/** Whether a shorter history is an earlier state of a longer one: both begin with the same row. */
function sameRun(shorter: TrainerState, longer: TrainerState): boolean {
  const beginning = ({ history }: TrainerState): string => JSON.stringify(history[0]);
  return beginning(shorter) === beginning(longer);
}

const reached = ({ state }: TrainerState): number => loggedNumber(state["global_step"]) ?? 0;

const noEvaluation = "holds training rows only, no evaluation.";

async function readUnit(files: readonly LogFile[]): Promise<FileReading[]> {
  const readings: FileReading[] = [];
  const states: TrainerState[] = [];
  for (const file of files) {
    try {
      const opened = await openState(file);
      if ("state" in opened) states.push(opened);
      else readings.push(opened);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      readings.push({ path: file.path, runs: [], failure: error, warnings: [] });
    }
  }
  // Deeper paths are checkpoints: at equal steps the state of the output folder is the primary one.
  states.sort(
    (left, right) => reached(right) - reached(left) || left.file.path.length - right.file.path.length,
  );
  const primaries: { state: TrainerState; hasCurve: boolean }[] = [];
  for (const state of states) {
    const primary = primaries.find((candidate) => sameRun(state, candidate.state));
    if (primary === undefined) {
      const run = await runOf(state);
      const hasCurve = run.evaluations.length > 0;
      primaries.push({ state, hasCurve });
      readings.push({
        path: state.file.path,
        runs: [run],
        ...(hasCurve ? {} : { reason: noEvaluation }),
        warnings: [],
      });
    } else {
      const reason = primary.hasCurve ? {} : { reason: noEvaluation };
      readings.push({
        path: state.file.path,
        runs: [],
        partOf: primary.state.file.path,
        ...reason,
        warnings: [],
      });
    }
  }
  return readings;
}

/** The output folder of a run: `checkpoint-N` folders belong to the folder above. */
export function outputFolderOf(path: string): string {
  const parts = path.split("/").slice(0, -1);
  if (/^(checkpoint-\d+|last-checkpoint|checkpoint-(last|best))$/.test(parts.at(-1) ?? "")) parts.pop();
  return parts.join("/");
}

/**
 * Hugging Face `trainer_state.json`: one run for an output folder, read from the checkpoint with the largest
 * `global_step`; states that begin with the same row are earlier states of it. The Trainer's EarlyStoppingCallback
 * ended the run iff its counter has reached its patience.
 */
export const hfTrainerState: LogReader = {
  format: "hf-trainer-state",
  title: "Hugging Face trainer_state.json",
  description: {
    recognised: "`trainer_state.json`, also below `checkpoint-N`; the one with the largest step is read",
    quality: "`eval_` values of `log_history`, speeds and run times left out",
    plan: "`max_steps`, `num_train_epochs`",
    end: "the counter of the early-stopping callback, and the step against `max_steps`",
    notRead: "`training_args.bin`, which would have to be executed",
  },
  detect: (file) => {
    if (file.name === "trainer_state.json") return 0.95;
    return file.name.endsWith(".json") && /"log_history"\s*:/.test(file.headText) ? 0.8 : 0;
  },
  unitOf: (file) => (file.name === "trainer_state.json" ? outputFolderOf(file.path) : file.path),
  read: readUnit,
};
