import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { LiveRecorded, RunRecord } from "@stopwise/core";
import { fileNameOf } from "./run-name.ts";

/** What the page and the summaries tell of a run that ended; stays when the store has taken its record. */
export interface PastRun {
  readonly id: string;
  readonly task: string | null;
  readonly model: string | null;
  readonly metric: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly end: string;
  readonly mode: string;
  readonly using: string;
  readonly status: string;
  readonly nCheckpoints: number;
  readonly recorded: LiveRecorded;
}

/** A run that ended, until the store takes it. */
export interface EndedRun {
  readonly record: RunRecord;
  readonly past: PastRun;
}

const ending = ".ended.json";

function parsed(text: string): PastRun | undefined {
  try {
    return JSON.parse(text) as PastRun;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function readIfThere(file: string): EndedRun | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as EndedRun;
  } catch (error) {
    // Another process has stored it meanwhile.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * The ended runs of a store folder: each is written whole and renamed into place in one step, waits there for the store,
 * and leaves one line in the history.
 */
export class EndedRuns {
  readonly #folder: string;
  #known: { length: number; runs: ReadonlyMap<string, PastRun> } = { length: -1, runs: new Map() };

  /**
   * The ended runs of a folder; nothing is read or written yet.
   *
   * @param folder of the journals
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get #waiting(): string {
    return join(this.#folder, "ended");
  }

  get #history(): string {
    return join(this.#folder, "history.jsonl");
  }

  #fileOf(id: string): string {
    return join(this.#waiting, `${fileNameOf(id)}${ending}`);
  }

  /** Records a run: when this returns it is on the disk. */
  add(ended: EndedRun): void {
    mkdirSync(this.#waiting, { recursive: true });
    const target = this.#fileOf(ended.past.id);
    const draft = `${target}.${process.pid}.tmp`;
    const file = openSync(draft, "w");
    writeSync(file, JSON.stringify(ended));
    fsyncSync(file);
    closeSync(file);
    renameSync(draft, target);
    this.#remember(ended.past);
  }

  #remember(past: PastRun): void {
    // A line that a kill cut short must not spoil the one that follows.
    appendFileSync(this.#history, `\n${JSON.stringify(past)}\n`);
  }

  /** Runs that wait for the store, by name. */
  waiting(): EndedRun[] {
    if (!existsSync(this.#waiting)) return [];
    return readdirSync(this.#waiting)
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => readIfThere(join(this.#waiting, name)))
      .filter((ended) => ended !== undefined);
  }

  /** Forgets a record that the store has taken; its line in the history stays. */
  forget({ past }: EndedRun): void {
    if (!this.has(past.id)) this.#remember(past);
    rmSync(this.#fileOf(past.id), { force: true });
  }

  /** Every run that ended here, oldest first. */
  past(): PastRun[] {
    return [...this.#read().values()];
  }

  /** A run that ended here, by its name. */
  find(id: string): PastRun | undefined {
    return this.#read().get(id) ?? readIfThere(this.#fileOf(id))?.past;
  }

  /** Whether a run of this name has ended here. */
  has(id: string): boolean {
    return this.#read().has(id);
  }

  #read(): ReadonlyMap<string, PastRun> {
    const text = existsSync(this.#history) ? readFileSync(this.#history, "utf8") : "";
    if (text.length === this.#known.length) return this.#known.runs;
    const runs = text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parsed(line))
      // A line that a kill cut short: its record still waits, and writes it again when the store takes it.
      .filter((run) => run !== undefined);
    this.#known = { length: text.length, runs: new Map(runs.map((run) => [run.id, run])) };
    return this.#known.runs;
  }
}
