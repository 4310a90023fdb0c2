import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidInputError, type LiveDecision, type LiveStart, type RunRecord } from "@stopwise/core";
import { taskOf } from "@stopwise/features";
import { actOnce, checkActs, FollowedRun, logChanges, type FollowEvent } from "@stopwise/live/watch";
import { readLogs, recordsOf } from "@stopwise/readers";
import type { Command } from "commander";
import {
  oneOf,
  openShare,
  positive,
  qualityLoss,
  relativeIncrease,
  wholeNumber,
} from "../command-line/flags.ts";
import { readJsonInput } from "../command-line/json-input.ts";
import { note, print } from "../command-line/output.ts";
import { addStoreFlag, type StoreFlags } from "../command-line/store-folder.ts";
import { liveSurroundings } from "../library/live-surroundings.ts";
import { fetchTeamModel } from "../library/model-source.ts";

interface WatchFlags extends StoreFlags {
  readonly task?: string;
  readonly metric?: string;
  readonly maxEmLoss?: number;
  readonly maxLossIncrease?: number;
  readonly confidence?: number;
  readonly mode: LiveStart["mode"];
  readonly interval: number;
  readonly idle?: number;
  readonly command?: string;
  readonly signal?: NodeJS.Signals;
  readonly pid?: number;
  readonly flagFile?: string;
  readonly json?: true;
}

/** Standard input as a file that the readers can look at, named by how it begins. */
class InputFile {
  readonly folder = mkdtempSync(join(tmpdir(), "stopwise-watch-"));
  isClosed = false;
  #file: string | undefined;

  constructor() {
    process.stdin.on("data", (chunk: Buffer) => this.#take(chunk));
    process.stdin.on("end", () => (this.isClosed = true));
  }

  #take(chunk: Buffer): void {
    const begin = chunk.toString("utf8", 0, 400);
    const ending = /^\s*\{\s*"/.test(begin)
      ? "jsonl"
      : /^[\w ./-]+(,[\w ./-]*)+\r?\n/.test(begin)
        ? "csv"
        : "log";
    this.#file ??= join(this.folder, `stdin.${ending}`);
    appendFileSync(this.#file, chunk);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function factsOf(given: string | undefined): Record<string, unknown> {
  if (given === undefined) return {};
  const facts = readJsonInput("--task", given);
  if (typeof facts === "object" && facts !== null && !Array.isArray(facts)) return { ...facts };
  throw new InvalidInputError(
    "--task is no JSON object.",
    'Write it like {"datasetSize": 20000, "family": "t5"}.',
  );
}

/** The start of a run: what the log tells of its task, and what the user says over it. */
function startOf(record: RunRecord, flags: WatchFlags): LiveStart {
  const read = Object.entries(taskOf(record)).filter(([, value]) => value !== null && value !== undefined);
  const { maxEmLoss, maxLossIncrease, confidence } = flags;
  const asked = Object.entries({ maxEmLoss, maxLossIncrease, confidence });
  return {
    type: "start",
    run: record.id,
    task: { ...Object.fromEntries(read), ...factsOf(flags.task) },
    request: Object.fromEntries(asked.filter(([, value]) => value !== undefined)),
    mode: flags.mode,
    scale: "unit",
    group: record.group ?? null,
  };
}

/** The one run of a log; undefined while there is none. */
async function readRun(path: string, flags: WatchFlags): Promise<RunRecord | undefined> {
  const report = await readLogs([path], flags.metric === undefined ? {} : { metric: flags.metric });
  const records = recordsOf(report).filter(({ points }) => points.length > 0);
  if (records.length <= 1) {
    const failed = report.files.find(({ status }) => status === "failed");
    if (records.length === 0 && failed?.reason !== undefined)
      note(`stopwise: not yet readable: ${failed.reason}`);
    return records[0];
  }
  const names = records.slice(0, 3).map(({ path: from, id }) => from ?? id);
  throw new InvalidInputError(
    `${path} holds ${records.length} runs: ${names.join(", ")}${records.length > 3 ? ", ..." : ""}.`,
    "Watch the file or folder of one.",
  );
}

function line(event: FollowEvent): string {
  switch (event.type) {
    case "started":
      return `run ${event.run}, ${event.mode}: ${event.sentence}${event.checkpoints > 0 ? ` (gone on with after ${event.checkpoints} evaluations)` : ""}`;
    case "rewound":
      return event.step === null
        ? "the log begins anew: another run"
        : `the trainer went back to step ${event.step}`;
    case "refused":
      return `step ${event.step} is left out: ${event.message}`;
    case "decision": {
      const { step, action, reason, wouldStopAt } = event.decision;
      const would = action === "continue" && wouldStopAt === step ? " It would have stopped here." : "";
      return `step ${step}: ${action}. ${reason}${would}`;
    }
  }
}

/** As JSON: a decision without the state, which is for trainers. */
function told(event: FollowEvent): object {
  if (event.type !== "decision") return event;
  return Object.fromEntries(Object.entries(event.decision).filter(([name]) => name !== "state"));
}

/** One log from its beginning to its stop or its end. */
class Watch {
  readonly #path: string;
  readonly #flags: WatchFlags;
  readonly #around;
  #run: FollowedRun | undefined;
  #record: RunRecord | undefined;

  constructor(path: string, flags: WatchFlags) {
    this.#path = path;
    this.#flags = flags;
    this.#around = liveSurroundings(flags.store);
  }

  #say(event: FollowEvent): void {
    print(this.#flags.json === true ? JSON.stringify(told(event)) : line(event));
  }

  /** Looks once; true where the run is to stop. */
  async look(): Promise<boolean> {
    const record = await readRun(this.#path, this.#flags);
    if (record === undefined) return false;
    this.#record = record;
    if (this.#run === undefined) {
      this.#run = FollowedRun.begin(startOf(record, this.#flags), this.#around);
      this.#say(this.#run.started());
    }
    for (const event of this.#run.take(record)) {
      this.#say(event);
      if (event.type === "decision" && event.decision.action === "stop") return this.#stop(event.decision);
    }
    return false;
  }

  #stop(decision: LiveDecision): true {
    const acted = actOnce(this.#around.folder, this.#run!.training, {
      run: this.#run!.id,
      acts: this.#flags,
      decision,
    });
    for (const what of acted ?? ["it was acted on before"]) note(`stopwise: ${what}`);
    this.end(true);
    return true;
  }

  end(wasStopped: boolean): void {
    if (this.#run === undefined || this.#record === undefined) {
      throw new InvalidInputError(
        `${this.#path} holds no run.`,
        "stopwise ingest --dry-run PATH says what it is.",
      );
    }
    const recorded = this.#run.end(this.#record, wasStopped);
    print(this.#flags.json === true ? JSON.stringify(recorded) : recorded.summary);
  }
}

async function watch(path: string, flags: WatchFlags): Promise<void> {
  checkActs(flags);
  await fetchTeamModel(flags.store);
  const input = path === "-" ? new InputFile() : undefined;
  if (input === undefined && !existsSync(path)) note(`stopwise: waiting for ${path}`);
  const target = input?.folder ?? path;
  const watched = new Watch(target, flags);
  const settings = {
    interval: flags.interval * 1000,
    idle: (flags.idle ?? Infinity) * 1000,
    ...(input && { isClosed: () => input.isClosed }),
  };
  try {
    const changes = logChanges(target, settings);
    while ((await changes.next()).done !== true) if (await watched.look()) return;
    watched.end(false);
  } finally {
    input?.remove();
  }
}

const signals = Object.keys(constants.signals) as NodeJS.Signals[];

/** `stopwise watch`. */
export function defineWatch(command: Command): void {
  command
    .argument("<path>", "the log of one run: a file, a folder, or - for standard input")
    .option("--task <json>", "facts of the task, over what the log tells: JSON or the name of a file")
    .option("--metric <name>", "the quality metric, as the log names it")
    .option("--max-em-loss <loss>", "largest EM loss wanted: 0.01, 1pt or 1%", qualityLoss("--max-em-loss"))
    .option(
      "--max-loss-increase <share>",
      "the same for runs with a loss only",
      relativeIncrease("--max-loss-increase"),
    )
    .option("--confidence <p>", "1 - alpha", openShare("--confidence"))
    .option(
      "--mode <mode>",
      "auto stops where the answer is certified; stop, shadow, audit",
      oneOf("--mode", ["auto", "stop", "shadow", "audit"]),
      "auto",
    )
    .option(
      "--command <line>",
      "run on a stop, once; STOPWISE_RUN, STOPWISE_STEP and STOPWISE_REASON are set",
    )
    .option("--pid <n>", "process that is signalled on a stop, once", wholeNumber("--pid"))
    .option("--signal <name>", "which signal (default SIGTERM)", oneOf("--signal", signals))
    .option("--flag-file <path>", "file that is written on a stop")
    .option("--interval <seconds>", "between two looks", positive("--interval"), 2)
    .option(
      "--idle <seconds>",
      "without a change, after which the run counts as ended; default: never",
      positive("--idle"),
    )
    .option("--json", "a JSON line for each decision");
  addStoreFlag(command)
    .addHelpText(
      "after",
      `
Follows any log that ingest reads: it is read again when it has changed and come to rest. A log that is cut back or
written anew is no end; a trainer that goes back to an earlier checkpoint is followed there. On a stop it acts once,
says why, and ends.

Examples:
  stopwise watch outputs/checkpoint-500/trainer_state.json --pid 4242 --max-em-loss 1pt
  stopwise watch lightning_logs/version_0 --flag-file STOP --task task.json
  python train.py | stopwise watch - --command 'touch STOP'`,
    )
    .action(watch);
}
