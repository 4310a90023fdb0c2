import {
  Configuration,
  type ConfigurationParts,
  type Insertion,
  type Kind,
  type Setting,
} from "./configuration.ts";
import { pythonFile, type PythonCall, type PythonFile, type PythonValue } from "./python-calls.ts";

const trainerNames = /^(\w*Trainer|HfTrainer)$/;
const argumentNames =
  /^(\w*TrainingArguments|SFTConfig|DPOConfig|ORPOConfig|KTOConfig|GRPOConfig|RewardConfig|CPOConfig)$/;

/** Positional arguments by class. */
const positions: Readonly<Record<string, readonly string[]>> = {
  TrainingArguments: ["output_dir"],
  EarlyStoppingCallback: ["early_stopping_patience", "early_stopping_threshold"],
  EarlyStopping: ["monitor", "min_delta", "patience"],
  early_stopping: ["stopping_rounds", "first_metric_only"],
  PatientPruner: ["wrapped_pruner", "patience", "min_delta"],
  EarlyStopper: ["monitor", "dataloader_label", "comp", "min_delta", "patience"],
  Trainer: ["model", "args", "data_collator", "train_dataset", "eval_dataset"],
};

function settingOf({ value, line, range }: PythonValue): Setting {
  return { value, line, range };
}

/** The arguments of a call by name. */
function argumentsOf(call: PythonCall, order = positions[call.name] ?? []): [string, PythonValue][] {
  const placed = call.positional.flatMap((value, k) =>
    order[k] === undefined ? [] : [[order[k], value] as const],
  );
  return [...placed, ...call.keywords].map(([name, value]) => [name, value]);
}

const settingsOf = (call: PythonCall, prefix = ""): [string, Setting][] =>
  argumentsOf(call).map(([name, value]) => [`${prefix}${name}`, settingOf(value)]);

/** How a keyword is added to one of several calls: the prefix of the key names the call. */
function insertionInto(calls: readonly (readonly [string, PythonCall])[]): Insertion {
  const written = (value: unknown): string =>
    typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value);
  return (key, value) => {
    const found =
      calls.find(([prefix]) => prefix !== "" && key.startsWith(prefix)) ??
      calls.find(([prefix]) => prefix === "");
    if (found === undefined) return undefined;
    const [prefix, call] = found;
    const isFirst = call.positional.length === 0 && call.keywords.size === 0 && !call.isOpen;
    return { at: call.end, text: `${isFirst ? "" : ", "}${key.slice(prefix.length)}=${written(value)}` };
  };
}

const place = ({ line }: PythonCall): Setting => ({ value: undefined, line });

/** Whether a file uses a library. */
const imports = ({ imports: lines }: PythonFile, pattern: RegExp): boolean =>
  lines.some((line) => pattern.test(line));

interface Found {
  readonly file: string;
  readonly python: PythonFile;
  readonly release: string | undefined;
}

/** The call that a value is: inside it, or assigned to the variable that it names, the last one before. */
function callBehind(
  value: PythonValue | undefined,
  python: PythonFile,
  wanted: RegExp,
  before: number,
): PythonCall | undefined {
  if (value === undefined) return undefined;
  const inline = value.calls.find(({ name }) => wanted.test(name));
  if (inline !== undefined) return inline;
  return python.calls
    .filter(
      ({ name, assignedTo, line }) =>
        wanted.test(name) && assignedTo !== undefined && value.names.includes(assignedTo) && line <= before,
    )
    .at(-1);
}

/** One Trainer with its arguments and callback, as the Trainer would see them together. */
function huggingFaceRun(
  { file, python, release }: Found,
  run: { trainer?: PythonCall | undefined; args?: PythonCall | undefined; stop?: PythonCall | undefined },
): Configuration {
  const { trainer, args, stop } = run;
  const settings = new Map<string, Setting>();
  if (args !== undefined) for (const [key, setting] of settingsOf(args)) settings.set(key, setting);
  if (stop !== undefined) {
    settings.set("callback", place(stop));
    for (const [key, setting] of settingsOf(stop)) settings.set(key, setting);
  }
  if (trainer !== undefined) {
    settings.set("trainer", place(trainer));
    for (const [key, value] of argumentsOf(trainer, positions["Trainer"]))
      settings.set(`trainer.${key}`, settingOf(value));
    if (python.calls.some(({ name }) => name === "add_callback"))
      settings.set("callback.added", place(trainer));
  }
  if (args !== undefined && /^Seq2Seq/.test(args.name)) settings.set("seq2seq", place(args));
  for (const { name, keywords, line } of python.calls) {
    if (name === "train" && keywords.has("resume_from_checkpoint")) {
      settings.set("resume_from_checkpoint", { ...settingOf(keywords.get("resume_from_checkpoint")!), line });
    }
  }
  const isTrl = /^(SFT|DPO|ORPO|KTO|GRPO|Reward|CPO)/.test(`${args?.name ?? ""}${trainer?.name ?? ""}`);
  const all = [args, trainer, stop];
  const complete = args !== undefined && all.every((call) => call?.isOpen !== true);
  const parts: ConfigurationParts = {
    kind: isTrl ? "trl" : "huggingface",
    file,
    settings,
    complete,
    release,
  };
  const places = [
    ...(stop === undefined ? [] : [["early_stopping_", stop] as const]),
    ...(args === undefined ? [] : [["", args] as const]),
  ];
  // The callback's keywords keep their whole names.
  const insertion: Insertion = (key, value) =>
    insertionInto(
      places.map(([prefix, call]) => [key.startsWith(prefix) && prefix !== "" ? "" : prefix, call] as const),
    )(key, value);
  return new Configuration({ ...parts, insertion });
}

function huggingFaceRuns(found: Found): Configuration[] {
  const { python } = found;
  if (imports(python, /\bfastai\b/)) return [];
  const of = (pattern: RegExp): PythonCall[] => python.calls.filter(({ name }) => pattern.test(name));
  const [argumentCalls, stops] = [of(argumentNames), of(/^EarlyStoppingCallback$/)];
  const isLightning = imports(python, /\b(pytorch_lightning|lightning)\b/);
  const trainers = isLightning ? [] : of(trainerNames);
  if (argumentCalls.length === 0 && stops.length === 0) return [];
  const only = <T>(all: readonly T[]): T | undefined => (all.length === 1 ? all[0] : undefined);
  if (trainers.length === 0) {
    if (argumentCalls.length <= 1)
      return [huggingFaceRun(found, { args: only(argumentCalls), stop: only(stops) })];
    return argumentCalls.map((args) => huggingFaceRun(found, { args }));
  }
  return trainers.map((trainer) => {
    const given = new Map(argumentsOf(trainer, positions["Trainer"]));
    const args = callBehind(given.get("args"), python, argumentNames, trainer.line) ?? only(argumentCalls);
    const stop =
      callBehind(given.get("callbacks"), python, /^EarlyStoppingCallback$/, trainer.line) ??
      (trainers.length === 1 ? only(stops) : undefined);
    return huggingFaceRun(found, { trainer, args, stop });
  });
}

/** Classes of one library whose calls make one configuration, each under its own name. */
interface Library {
  readonly kind: Kind;
  readonly uses: RegExp;
  /** The call without which there is nothing to say. */
  readonly stop: RegExp;
  readonly beside: RegExp;
}

const libraries: readonly Library[] = [
  {
    kind: "lightning",
    uses: /\b(pytorch_lightning|lightning)\b/,
    stop: /^EarlyStopping$/,
    beside: /^(ModelCheckpoint|Trainer)$/,
  },
  {
    kind: "keras",
    uses: /\b(keras|tensorflow|tf)\b/,
    stop: /^EarlyStopping$/,
    beside: /^(ReduceLROnPlateau|ModelCheckpoint|fit)$/,
  },
  { kind: "xgboost", uses: /\b(xgboost|xgb)\b/, stop: /^EarlyStopping$/, beside: /^$/ },
  { kind: "lightgbm", uses: /\b(lightgbm|lgb)\b/, stop: /^early_stopping$/, beside: /^$/ },
  { kind: "optuna", uses: /\boptuna\b/, stop: /^PatientPruner$/, beside: /^$/ },
  { kind: "composer", uses: /\bcomposer\b/, stop: /^EarlyStopper$/, beside: /^$/ },
  { kind: "fastai", uses: /\bfastai\b/, stop: /^EarlyStoppingCallback$/, beside: /^SaveModelCallback$/ },
];

/** What a call's keywords tell of its library where two have a class of this name. */
function isOf({ kind }: Library, { keywords, name }: PythonCall): boolean {
  if (name !== "EarlyStopping") return true;
  if (keywords.has("rounds")) return kind === "xgboost";
  if (["restore_best_weights", "start_from_epoch", "baseline"].some((key) => keywords.has(key)))
    return kind === "keras";
  if (
    ["check_finite", "strict", "check_on_train_epoch_end", "stopping_threshold"].some((key) =>
      keywords.has(key),
    )
  ) {
    return kind === "lightning";
  }
  return true;
}

function libraryRuns(found: Found, library: Library): Configuration[] {
  const { python, file, release } = found;
  if (!imports(python, library.uses)) return [];
  const stops = python.calls.filter((call) => library.stop.test(call.name) && isOf(library, call));
  const beside = python.calls.filter(({ name }) => library.beside.test(name));
  return stops.map((stop) => {
    // With several of a kind nobody can tell which belong together: they are left out, and so is what rests on absence.
    const sole = beside.filter(({ name }) => beside.filter((other) => other.name === name).length === 1);
    const isMixed = sole.length < beside.length || (stops.length > 1 && beside.length > 0);
    const used = isMixed ? [] : sole;
    const settings = new Map<string, Setting>();
    for (const call of [stop, ...used]) {
      settings.set(call.name, place(call));
      for (const [key, setting] of settingsOf(call, `${call.name}.`)) settings.set(key, setting);
    }
    const complete = ![stop, ...used].some(({ isOpen }) => isOpen) && !isMixed;
    const calls = [stop, ...used].map((call) => [`${call.name}.`, call] as const);
    return new Configuration({
      kind: library.kind,
      file,
      settings,
      complete,
      release,
      insertion: insertionInto(calls),
    });
  });
}

/**
 * The trainings that a Python file sets up, by the calls that it makes; the file is parsed, never run. Only constants are
 * taken: what is computed, read or passed in stays unknown.
 *
 * @param text of the file
 * @param file its name, for findings
 * @param release of the trainer, where it is known
 */
export function pythonConfigurations(text: string, file: string, release?: string): Configuration[] {
  const found: Found = { file, python: pythonFile(text), release };
  return [...huggingFaceRuns(found), ...libraries.flatMap((library) => libraryRuns(found, library))];
}
