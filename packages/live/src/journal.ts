import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Checkpoint, Decision, LiveStart, Task } from "@stopwise/core";
import { fileNameOf } from "./run-name.ts";
import type { Treatment } from "./given-treatment.ts";

/** Which process tells a run. */
export interface Owner {
  readonly host: string;
  readonly pid: number;
}

/** The first line of a journal: all that is needed to go on with the run in another process. */
export interface JournalHead {
  readonly type: "start";
  readonly version: 1;
  /** Name of the run's record: the run's own, with a number behind it where that was taken. */
  readonly id: string;
  readonly startedAt: string;
  readonly owner: Owner;
  readonly asked: LiveStart;
  readonly task: Task;
  readonly treatment: Treatment;
  /** The recommendation as it was told. */
  readonly advice: Readonly<Record<string, unknown>>;
  /** Step up to which the run was told elsewhere: its journal is not here. */
  readonly missingUpTo: number | null;
}

/** A checkpoint as it was taken, and what was decided. */
export interface JournalCheckpoint {
  readonly type: "checkpoint";
  /** In the unit scale. */
  readonly point: Checkpoint;
  readonly decision: Decision;
  readonly wouldStopAt: number | null;
}

/** Another process goes on with the run, from this step; what was told beyond it is void. */
export interface JournalResume {
  readonly type: "resume";
  readonly step: number | null;
  readonly owner: Owner;
}

/** The trainer said that the run crashed; it may be gone on with. */
export interface JournalCrash {
  readonly type: "crash";
}

type JournalLine = JournalHead | JournalCheckpoint | JournalResume | JournalCrash;

/** A journal as it stands. */
export interface JournalContent {
  readonly head: JournalHead;
  readonly checkpoints: readonly JournalCheckpoint[];
  readonly owner: Owner;
  /** Whether the trainer said so. */
  readonly crashed: boolean;
}

const journalEnding = ".journal.jsonl";

/** This process. */
export const thisProcess = (): Owner => ({ host: hostname(), pid: process.pid });

/** Whether the process that tells a run is known to be gone; of other machines nothing is known. */
export function isGone({ host, pid }: Owner): boolean {
  if (host !== hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** Whole lines: one that a kill or a full disk cut short was never answered. */
function wholeLines(text: string): JournalLine[] {
  return text
    .split("\n")
    .map(parsedLine)
    .filter((line) => line !== undefined);
}

function parsedLine(line: string): JournalLine | undefined {
  if (line === "") return undefined;
  try {
    return JSON.parse(line) as JournalLine;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readJournal(file: string): JournalContent | undefined {
  try {
    return contentOf(wholeLines(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function contentOf(lines: readonly JournalLine[]): JournalContent | undefined {
  const [head, ...rest] = lines;
  if (head?.type !== "start") return undefined;
  let owner = head.owner;
  let crashed = false;
  let checkpoints: JournalCheckpoint[] = [];
  for (const line of rest) {
    crashed = line.type === "crash";
    if (line.type === "checkpoint") checkpoints.push(line);
    if (line.type !== "resume") continue;
    owner = line.owner;
    const { step } = line;
    if (step !== null) checkpoints = checkpoints.filter(({ point }) => point.step <= step);
  }
  return { head, checkpoints, owner, crashed };
}

/**
 * The journals of a store folder's live runs: one file a run, appended to before each answer, so that a kill at any moment
 * loses nothing that was answered.
 */
export class Journals {
  readonly folder: string;
  /** Journals whose last line may not be whole. */
  readonly #torn = new Set<string>();

  /**
   * The journals of a folder, which is made when the first run starts.
   *
   * @param folder where they lie
   */
  constructor(folder: string) {
    this.folder = folder;
  }

  #fileOf(id: string): string {
    return join(this.folder, `${fileNameOf(id)}${journalEnding}`);
  }

  /** Begins a journal; false where one of this name is there already. */
  begin(head: JournalHead): boolean {
    mkdirSync(this.folder, { recursive: true });
    let file: number;
    try {
      file = openSync(this.#fileOf(head.id), "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
    writeSync(file, `${JSON.stringify(head)}\n`);
    closeSync(file);
    return true;
  }

  /** Adds a line; it is with the operating system when this returns. */
  append(id: string, line: Exclude<JournalLine, JournalHead>): void {
    const isTorn = this.#torn.delete(id);
    try {
      appendFileSync(this.#fileOf(id), `${isTorn ? "\n" : ""}${JSON.stringify(line)}\n`);
    } catch (error) {
      this.#torn.add(id);
      throw error;
    }
  }

  /** The journal of a run that has not ended; undefined where there is none. */
  read(id: string): JournalContent | undefined {
    return readJournal(this.#fileOf(id));
  }

  /** Takes a journal over, from a step on; cuts a last line that was not written whole. */
  resume(id: string, step: number | null): void {
    const file = this.#fileOf(id);
    const bytes = readFileSync(file);
    const end = bytes.lastIndexOf(10) + 1;
    if (end < bytes.length) truncateSync(file, end);
    this.append(id, { type: "resume", step, owner: thisProcess() });
  }

  /** Removes a journal whose run is recorded. */
  remove(id: string): void {
    rmSync(this.#fileOf(id), { force: true });
  }

  /** Every journal here, by name. */
  all(): JournalContent[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => name.endsWith(journalEnding))
      .sort()
      .map((name) => readJournal(join(this.folder, name)))
      .filter((content) => content !== undefined);
  }
}
