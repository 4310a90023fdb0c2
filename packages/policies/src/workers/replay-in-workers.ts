import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Curve } from "@stopwise/core";
import type { StopperContext } from "../context.ts";
import { outcomeMatrix, planPortfolio, type OutcomeMatrix } from "../outcome-matrix.ts";
import { packCurves } from "./packed-curves.ts";
import type { ReplayShare, ReplayTask } from "./serve-replay.ts";

/** How to replay in worker threads. */
export interface WorkerOptions {
  /** Threads; default: the processors there are, at most 8. */
  readonly workers?: number;
  /** What stoppers know besides the curve. Criteria cannot cross threads: with `criteria` one thread does it all. */
  readonly context?: StopperContext;
  /** Runs that are handed to a thread at a time. */
  readonly runsPerShare?: number;
  /** Called after each share with the number of runs done. */
  readonly onProgress?: (done: number, total: number) => void;
}

const isSource = import.meta.url.endsWith(".ts");

/** From source, a worker needs the TypeScript loader first; a built package has the entry beside this file's bundle. */
function startWorker(task: ReplayTask): Worker {
  const entry = new URL(isSource ? "./replay-worker.ts" : "./replay-worker.js", import.meta.url);
  if (!isSource) return new Worker(entry, { workerData: task });
  const root = pathToFileURL(createRequire(import.meta.url).resolve("tsx/package.json"));
  const loader = new URL("./dist/esm/api/index.mjs", root).href;
  const code = `import(${JSON.stringify(loader)}).then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(code, { eval: true, workerData: task, execArgv: [] });
}

function sharedMatrix(nRuns: number, nPolicies: number): OutcomeMatrix {
  const bytes = 4 * nRuns * nPolicies;
  return {
    nRuns,
    nPolicies,
    stopIndex: new Int32Array(new SharedArrayBuffer(bytes)),
    saving: new Float32Array(new SharedArrayBuffer(bytes)),
    emLoss: new Float32Array(new SharedArrayBuffer(bytes)),
  };
}

/** Runs that are left, handed out share by share. */
class Queue {
  readonly #curves: readonly Curve[];
  readonly #size: number;
  #next = 0;

  constructor(curves: readonly Curve[], size: number) {
    this.#curves = curves;
    this.#size = size;
  }

  /** The next share; undefined when all are handed out. */
  take(): ReplayShare | undefined {
    if (this.#next >= this.#curves.length) return undefined;
    const first = this.#next;
    this.#next = Math.min(first + this.#size, this.#curves.length);
    return { first, curves: packCurves(this.#curves.slice(first, this.#next)) };
  }
}

/** Lets one worker take shares until none is left. */
function employ(worker: Worker, queue: Queue, onDone: (runs: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const hand = (): void => {
      const share = queue.take();
      if (share === undefined) resolve();
      else worker.postMessage(share, [share.curves.values.buffer]);
    };
    worker.on("message", (runs: number) => {
      onDone(runs);
      hand();
    });
    worker.on("error", reject);
    hand();
  });
}

/**
 * {@link outcomeMatrix} in worker threads, for large sets: equal to it in every entry. Each thread takes shares of the runs
 * and writes its rows into shared memory. Policies are checked before any thread starts; an error in a thread is thrown
 * here. Small sets (less than two shares) are replayed in this thread.
 *
 * A bundle must hold `workers/replay-worker.ts` as an entry of its own, named `replay-worker.js`, in the folder of the file
 * that this module is bundled into.
 *
 * @param curves the recorded runs
 * @param policies validated here
 * @param options number of threads, progress, context
 */
export async function outcomeMatrixInWorkers(
  curves: readonly Curve[],
  policies: readonly unknown[],
  options: WorkerOptions = {},
): Promise<OutcomeMatrix> {
  const { context = {}, runsPerShare = 256, onProgress } = options;
  const nWorkers = Math.min(
    options.workers ?? Math.min(availableParallelism(), 8),
    Math.ceil(curves.length / runsPerShare),
  );
  if (nWorkers < 2 || context.criteria !== undefined) {
    return outcomeMatrix(curves, policies, { context, ...(onProgress === undefined ? {} : { onProgress }) });
  }
  const { nPolicies } = planPortfolio(policies, context);
  const matrix = sharedMatrix(curves.length, nPolicies);
  const queue = new Queue(curves, runsPerShare);
  let done = 0;
  const onDone = (runs: number): void => onProgress?.((done += runs), curves.length);
  const workers = Array.from({ length: nWorkers }, () => startWorker({ policies, matrix, context }));
  try {
    await Promise.all(workers.map((worker) => employ(worker, queue, onDone)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return matrix;
}
