import type { End } from "@stopwise/core";
import { factsOfConfig } from "../mapping/config-facts.ts";
import type { FileReading, LogFile, LogReader } from "../contract.ts";
import { readLines, SkippedLines } from "../files/log-lines.ts";
import { loggedNumber, parsePythonJson } from "../files/python-json.ts";
import type { Evaluation, RawRun } from "../mapping/raw-run.ts";

type Entry = Readonly<Record<string, unknown>>;

/** Operations of the journal that tell of curves. */
const operation = { createStudy: 0, createTrial: 4, setParam: 5, setState: 6, report: 7 } as const;

const ends: Readonly<Record<number, End>> = {
  0: "running",
  1: "completed",
  2: "early-stopped",
  3: "crashed",
};

interface Trial {
  readonly study: number;
  readonly number: number;
  readonly settings: Record<string, unknown>;
  readonly steps: Map<number, number>;
  end: End | undefined;
}

interface Journal {
  readonly studies: { name: string; isMinimised: boolean; nTrials: number }[];
  readonly trials: Trial[];
}

/** A parameter as the user gave it: categories are an index into the choices. */
function parameter(entry: Entry): unknown {
  const [value, distribution] = [entry["param_value_internal"], entry["distribution"]];
  const parsed: unknown = typeof distribution === "string" ? parsePythonJson(distribution) : distribution;
  const attributes = (parsed as { attributes?: { choices?: unknown[] } } | null | undefined)?.attributes;
  return Array.isArray(attributes?.choices) && typeof value === "number" ? attributes.choices[value] : value;
}

function apply(entry: Entry, journal: Journal): void {
  const code = entry["op_code"];
  if (code === operation.createStudy) {
    const directions = Array.isArray(entry["directions"]) ? (entry["directions"] as unknown[]) : [];
    journal.studies.push({ name: String(entry["study_name"]), isMinimised: directions[0] === 1, nTrials: 0 });
    return;
  }
  if (code === operation.createTrial) {
    const id = Number(entry["study_id"]);
    const study = journal.studies[id];
    journal.trials.push({
      study: id,
      number: study?.nTrials ?? 0,
      settings: {},
      steps: new Map(),
      end: undefined,
    });
    if (study !== undefined) study.nTrials += 1;
    return;
  }
  const trial = journal.trials[Number(entry["trial_id"])];
  if (trial === undefined) return;
  if (code === operation.setParam) trial.settings[String(entry["param_name"])] = parameter(entry);
  else if (code === operation.setState) trial.end = ends[Number(entry["state"])] ?? trial.end;
  else if (code === operation.report) {
    const step = Number(entry["step"]);
    if (!trial.steps.has(step))
      trial.steps.set(step, loggedNumber(entry["intermediate_value"]) ?? Number.NaN);
  }
}

function runOf(trial: Trial, journal: Journal): RawRun {
  const study = journal.studies[trial.study];
  const steps = [...trial.steps].sort(([left], [right]) => left - right);
  return {
    key: `${study?.name ?? trial.study} trial=${trial.number}`,
    evaluations: steps.map(([step, objective]): Evaluation => ({ step, epoch: null, values: { objective } })),
    training: [],
    lastStep: steps.at(-1)?.[0] ?? null,
    known: { ...factsOfConfig(trial.settings), sweep: study?.name, end: trial.end },
    warnings: [],
    aliases: { objective: study?.isMinimised === true ? "objective_loss" : "objective_score" },
  };
}

async function read([file]: readonly LogFile[]): Promise<FileReading[]> {
  const { path, absolute } = file!;
  const journal: Journal = { studies: [], trials: [] };
  const skipped = new SkippedLines(path);
  for await (const { number, text, ended } of readLines(absolute)) {
    if (text.trim() === "") continue;
    try {
      apply(parsePythonJson(number === 1 ? text.replace(/^\uFEFF/, "") : text) as Entry, journal);
      skipped.good();
    } catch {
      if (ended) skipped.bad(number, "is no JSON");
    }
  }
  const runs = journal.trials.filter(({ steps }) => steps.size > 0).map((trial) => runOf(trial, journal));
  const reason = `${journal.trials.length} trials without intermediate values: no curves.`;
  return [{ path, runs, warnings: skipped.summary(), ...(runs.length === 0 ? { reason } : {}) }];
}

/** Optuna's journal: one run per trial that reported values; trial ids run in the order of creation. */
export const optunaJournal: LogReader = {
  format: "optuna-journal",
  title: "Optuna journal",
  description: {
    recognised: "JSON lines with `op_code`",
    quality: "the values that each trial reported",
    plan: "not told",
    end: "the state of the trial: complete or pruned",
    notRead: "values of several objectives",
  },
  detect: (file) => (/^\uFEFF?\s*\{[^\n]*"op_code"\s*:\s*\d/.test(file.headText) ? 0.9 : 0),
  read,
};
