import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { InvalidInputError, type LiveDecision } from "@stopwise/core";
import { fileNameOf } from "../run-name.ts";

// `import` of it would be taken out by the bundle, which lets no verb be a program of its own.
const { spawnSync } = process.getBuiltinModule("node:child_process");

/** What is done when a run is to stop. */
export interface StopActs {
  /** Run by the shell; the run, step and reason are in its environment. */
  readonly command?: string | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  readonly pid?: number | undefined;
  /** Written with the decision as JSON. */
  readonly flagFile?: string | undefined;
}

/** A stop, and what is done about it. */
export interface Stop {
  /** Name of the run's record. */
  readonly run: string;
  readonly acts: StopActs;
  readonly decision: LiveDecision;
}

/** What was done, for a line of log. */
export type Acted = readonly string[];

function runCommand(command: string, run: string, { step, reason }: LiveDecision): string {
  const env = { ...process.env, STOPWISE_RUN: run, STOPWISE_STEP: String(step), STOPWISE_REASON: reason };
  const { status, signal } = spawnSync(command, { shell: true, stdio: ["ignore", 2, 2], env });
  const how = status === 0 ? "done" : `failed (${status === null ? String(signal) : `exit ${status}`})`;
  return `command ${how}: ${command}`;
}

function sendSignal(pid: number, signal: NodeJS.Signals): string {
  try {
    process.kill(pid, signal);
    return `${signal} sent to process ${pid}`;
  } catch (error) {
    return `${signal} could not be sent to process ${pid}: ${(error as Error).message}`;
  }
}

function writeFlag(file: string, run: string, { step, reason, tokens }: LiveDecision): string {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify({ run, action: "stop", step, tokens, reason })}\n`);
  renameSync(draft, file);
  return `flag written: ${file}`;
}

/** Claims the act of a run; false where it was claimed before, by this process or one that was killed. */
function claim(folder: string, run: string): boolean {
  mkdirSync(join(folder, "acted"), { recursive: true });
  try {
    writeFileSync(join(folder, "acted", fileNameOf(run)), "", { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Acts on a stop, once for a run, however often it is watched.
 *
 * @param folder of the journals, where it is kept that a run was acted on
 * @param training name of the training, the same whenever it is watched
 * @param stop what is done, and why
 * @returns what was done; undefined where it had been done before
 */
export function actOnce(folder: string, training: string, stop: Stop): Acted | undefined {
  const { acts, decision, run } = stop;
  if (!claim(folder, training)) return undefined;
  const { command, signal = "SIGTERM", pid, flagFile } = acts;
  return [
    ...(flagFile === undefined ? [] : [writeFlag(flagFile, run, decision)]),
    ...(pid === undefined ? [] : [sendSignal(pid, signal)]),
    ...(command === undefined ? [] : [runCommand(command, run, decision)]),
  ];
}

/** Checks what is to be done before anything is watched. */
export function checkActs({ signal, pid }: StopActs): void {
  if (signal !== undefined && pid === undefined) {
    throw new InvalidInputError("--signal needs a process.", "Give --pid too.");
  }
  if (pid === undefined) return;
  try {
    process.kill(pid, 0);
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === "ESRCH";
    throw new InvalidInputError(
      isGone ? `there is no process ${pid}.` : `process ${pid} may not be signalled.`,
      "Check --pid.",
    );
  }
}
