import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { RunRecord } from "@stopwise/core";
import { entry } from "./command-line.ts";

/** A message as a client sees it. */
export type Message = Record<string, unknown> & { readonly type: string };

/** `stopwise live` as a client runs it: a child process, a line each way. */
export class LiveProcess {
  readonly child: ChildProcessWithoutNullStreams;
  #rest = "";
  readonly #waiting: ((message: Message) => void)[] = [];

  constructor(folder: string, ...args: readonly string[]) {
    const env = { ...process.env, STOPWISE_STORE: "", STOPWISE_DEBUG: "" };
    this.child = spawn(process.execPath, [entry, "live", ...args], { cwd: folder, env });
    this.child.stdout.setEncoding("utf8").on("data", (chunk: string) => this.#take(chunk));
    this.child.stdin.on("error", () => undefined);
  }

  #take(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#waiting.shift()?.(JSON.parse(line) as Message);
  }

  /** Sends a line of text and waits for its answer. */
  line(text: string): Promise<Message> {
    const answer = new Promise<Message>((resolve) => this.#waiting.push(resolve));
    this.child.stdin.write(`${text}\n`);
    return answer;
  }

  /** Sends a message and waits for its answer. */
  send(message: object): Promise<Message> {
    return this.line(JSON.stringify(message));
  }

  /** Closes its input and waits for its exit status. */
  async close(): Promise<number | null> {
    const exited = once(this.child, "exit");
    this.child.stdin.end();
    const [status] = (await exited) as [number | null];
    return status;
  }

  /** Kills it without warning. */
  async kill(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exited;
  }
}

const sweep = fileURLToPath(new URL("../datasets/qa-sweep.jsonl.gz", import.meta.url));

/** Complete runs of the shipped sweep with many evaluations. */
export function sweepRuns(n: number): RunRecord[] {
  const lines = gunzipSync(readFileSync(sweep)).toString("utf8").trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as RunRecord)
    .filter(({ end, points }) => end === "completed" && points.length >= 30)
    .slice(0, n);
}

/** The facts of a recorded run, as a trainer would tell them. */
export function taskOfSweep(run: RunRecord): Record<string, unknown> {
  const { datasetSize, answerLength, params, family, plannedSteps, plannedTokens, hyper } = run;
  const settings = {
    learningRate: hyper["lr"],
    schedule: hyper["scheduler"],
    batchSize: hyper["batchSize"],
    sequenceLength: hyper["sequenceLength"],
    weightDecay: hyper["weightDecay"],
    dropout: hyper["dropout"],
  };
  const plan = { maxSteps: plannedSteps, maxTokens: plannedTokens, evals: run.points.length };
  return { datasetSize, answerLength, params, family, ...plan, evalSize: run.evalSize, ...settings };
}

/** The checkpoints of a recorded run as messages. */
export function checkpointsOf(run: RunRecord): Message[] {
  return run.points.map(({ step, tokens, epoch, quality, evalLoss, trainLoss, gradNorm, lr }) => ({
    type: "checkpoint",
    ...{ step, tokens, epoch, quality, evalLoss, trainLoss, gradNorm, lr },
  }));
}
