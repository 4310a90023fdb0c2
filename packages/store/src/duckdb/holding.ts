import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DuckDBInstance } from "@duckdb/node-api";
import { StoreBusyError } from "@stopwise/core";
import type { OpenOptions } from "../contract.ts";
import { faultOf, holderOf, isLocked, requireDuckDbFile } from "./faults.ts";
import { WaitingLine } from "./queue.ts";

const standardWait = 120;
const toldAfter = 2;

/** Extensions are refused from the first moment on: opening a file of another database asks for one. */
const settings = { autoinstall_known_extensions: "false", autoload_known_extensions: "false" };

/** An open file, shared by the readers of this process. */
interface Held {
  readonly instance: DuckDBInstance;
  readonly mode: "read" | "write";
  users: number;
}

/**
 * What this process has open. The system's locks do not keep two users within one process apart, and closing one file
 * would give the other's lock free: so within a process a file is open once.
 */
const held = new Map<string, Held>();
/** Who of this process waits for a file, in the order they came. */
const queues = new Map<string, symbol[]>();

/** A database in memory. */
export async function openInMemory(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  return DuckDBInstance.create(":memory:", settings);
}

/** A place in this process's queue and in the line of all processes; only its first asks for the lock. */
class Attempt {
  private readonly file: string;
  private readonly key: string;
  private readonly mode: "read" | "write";
  private readonly token = Symbol("waiting");
  private readonly line: WaitingLine;
  holder = "another process";

  constructor(file: string, mode: "read" | "write") {
    this.file = file;
    this.key = resolve(file);
    this.mode = mode;
    this.line = new WaitingLine(file);
    queues.set(this.key, [...(queues.get(this.key) ?? []), this.token]);
    if (!held.has(this.key) && !this.line.isEmpty()) this.line.join();
  }

  /** The file, when it can be had now. */
  async once(): Promise<Held | undefined> {
    if (queues.get(this.key)?.[0] !== this.token) return undefined;
    const ours = held.get(this.key);
    if (ours !== undefined) {
      this.holder = `this process (${process.pid})`;
      if (ours.mode === "write" || this.mode === "write") return undefined;
      ours.users += 1;
      return ours;
    }
    return this.line.isTurn() ? this.open() : undefined;
  }

  private async open(): Promise<Held | undefined> {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const access: Record<string, string> = this.mode === "read" ? { access_mode: "READ_ONLY" } : {};
    try {
      requireDuckDbFile(this.file);
      const instance = await DuckDBInstance.create(this.file, { ...settings, ...access });
      const opened: Held = { instance, mode: this.mode, users: 1 };
      held.set(this.key, opened);
      return opened;
    } catch (error) {
      if (!isLocked(error)) throw faultOf(error, this.file);
      this.holder = holderOf(error);
      this.line.join();
      return undefined;
    }
  }

  end(): void {
    this.line.leave();
    const left = queues.get(this.key)?.filter((it) => it !== this.token) ?? [];
    if (left.length > 0) queues.set(this.key, left);
    else queues.delete(this.key);
  }
}

/** A file that is open; `release` gives it free when its last user in this process is done. */
export interface OpenFile {
  readonly instance: DuckDBInstance;
  release(): void;
}

function asOpen(file: string, holding: Held): OpenFile {
  const release = (): void => {
    holding.users -= 1;
    if (holding.users > 0) return;
    held.delete(resolve(file));
    holding.instance.closeSync();
  };
  return { instance: holding.instance, release };
}

/**
 * Opens a file, waiting in line while others hold it. Time is that of the monotonic clock: a clock that is set back
 * neither shortens nor lengthens the wait.
 *
 * @throws {StoreBusyError} naming who holds it, after `waitSeconds`
 */
export async function openWaiting(file: string, options: OpenOptions): Promise<OpenFile> {
  const seconds = options.waitSeconds ?? standardWait;
  const start = performance.now();
  const attempt = new Attempt(file, options.mode ?? "write");
  let isTold = false;
  try {
    for (;;) {
      const holding = await attempt.once();
      if (holding !== undefined) return asOpen(file, holding);
      const waited = (performance.now() - start) / 1000;
      if (waited > seconds) {
        const rule = `${file} is held by ${attempt.holder}; waited ${seconds} s.`;
        throw new StoreBusyError(rule, "Try again when it has ended.");
      }
      if (!isTold && waited > toldAfter) {
        isTold = true;
        options.onWait?.(`${file} is held by ${attempt.holder}; waiting for up to ${seconds} s`);
      }
      await sleep(15 + 20 * Math.min(1, waited));
    }
  } finally {
    attempt.end();
  }
}
