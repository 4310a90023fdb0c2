import { availableParallelism } from "node:os";
import type { Curve } from "@stopwise/core";
import { contextOf } from "../../stopper/context.ts";
import type { StopperContext } from "../../statistic/contract.ts";
import {
  MatrixWriter,
  outcomeMatrix,
  planPortfolio,
  type OutcomeMatrix,
  type PortfolioPlan,
} from "../outcome-matrix.ts";
import { packCurves } from "./packed-curves.ts";
import type { ReplayTask } from "./serve-replay.ts";
import { Shares } from "./shares.ts";
import { startWorker } from "./start-worker.ts";

export { startWorker } from "./start-worker.ts";

/** How to replay in worker threads. */
export interface WorkerOptions {
  /** Threads, the calling one included; default: one for a small set, else the processors there are, at most 8. */
  readonly threads?: number;
  /** What stoppers know besides the curve. Criteria cannot cross threads: with `criteria` one thread does it all. */
  readonly context?: StopperContext;
  /** Runs that a thread takes at a time. */
  readonly runsPerShare?: number;
  /** Called after each share with the number of runs done. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called at the end with the number of threads that replayed a share. */
  readonly onThreads?: (threads: number) => void;
}

/** Criteria whose statistics cost as much as the copy of a curve does. From `bench/replay.ts --threads`. */
export const copiedCriteria = 30;
/**
 * Statistics (checkpoints x criteria beyond `copiedCriteria`) from which on threads pay: below, the start of a worker and
 * the copy of the curves cost more than they bring. From `bench/replay.ts --threads`.
 */
export const fewestStatistics = 10_000_000;
/** How long no thread may say anything before the calling one does the work itself. */
const patienceMs = 30_000;

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

/** Threads that a replay takes: those asked for, else one for a small set and one per processor for a large one. */
export function threadsFor(
  curves: readonly Curve[],
  plan: PortfolioPlan,
  options: WorkerOptions = {},
): number {
  if (options.context?.criteria !== undefined) return 1;
  if (options.threads !== undefined) return options.threads;
  const nCheckpoints = curves.reduce((sum, curve) => sum + curve.nCheckpoints, 0);
  const nStatistics = nCheckpoints * (plan.groups.length + plan.composites.length - copiedCriteria);
  return nStatistics < fewestStatistics ? 1 : Math.min(availableParallelism(), 8);
}

/**
 * {@link outcomeMatrix} in worker threads, for large sets: equal to it in every entry. The curves are copied once into
 * memory that all threads share; each thread, the calling one among them, takes the next share of the runs when it is
 * ready and writes its rows into shared memory. The calling thread waits: this is a synchronous call. Small sets are
 * replayed in one thread, and so is everything where a worker fails.
 *
 * A bundle must hold `workers/replay-worker.ts` as an entry of its own, named `replay-worker.js`, in the folder of the file
 * that this module is bundled into.
 *
 * @param curves the recorded runs
 * @param policies validated here
 * @param options number of threads, progress, context
 * @throws {InvalidInputError} when a policy is not valid, before any thread starts.
 */
export function outcomeMatrixInWorkers(
  curves: readonly Curve[],
  policies: readonly unknown[],
  options: WorkerOptions = {},
): OutcomeMatrix {
  const { context = {}, runsPerShare = 64, onProgress } = options;
  const plan = planPortfolio(policies, context);
  const threads = Math.min(threadsFor(curves, plan, options), Math.ceil(curves.length / runsPerShare));
  const inThisThread = (into?: OutcomeMatrix): OutcomeMatrix => {
    const optional = { ...(into && { into }), ...(onProgress && { onProgress }) };
    const whole = outcomeMatrix(curves, policies, { context, ...optional });
    options.onThreads?.(1);
    return whole;
  };
  if (threads < 2) return inThisThread();
  const matrix = sharedMatrix(curves.length, plan.nPolicies);
  const shares = new Shares(curves.length, runsPerShare);
  const { cells } = shares;
  const task: ReplayTask = { policies, curves: packCurves(curves), matrix, context, cells, runsPerShare };
  for (let k = 1; k < threads; k++) {
    const worker = startWorker("./replay-worker", import.meta.url, task);
    worker.on("error", () => undefined);
    worker.unref();
  }
  const writer = new MatrixWriter(plan, matrix);
  const onShare = (): void => onProgress?.(shares.nDone, curves.length);
  shares.work((run) => writer.write(run, curves[run]!, contextOf(curves[run]!, context)), onShare);
  if (!shares.wait(patienceMs, onShare)) return inThisThread(matrix);
  options.onThreads?.(shares.nThreads);
  return matrix;
}
