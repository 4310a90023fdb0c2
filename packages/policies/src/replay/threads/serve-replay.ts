import { contextOf } from "../../stopper/context.ts";
import type { StopperContext } from "../../statistic/contract.ts";
import { MatrixWriter, planPortfolio, type OutcomeMatrix } from "../outcome-matrix.ts";
import { curveAt, type PackedCurves } from "./packed-curves.ts";
import { Shares } from "./shares.ts";

/** What a thread is told at its start; numbers on shared memory, so that it needs to be told nothing more. */
export interface ReplayTask {
  readonly policies: readonly unknown[];
  readonly curves: PackedCurves;
  /** Every thread writes the rows of its shares. */
  readonly matrix: OutcomeMatrix;
  readonly context: StopperContext;
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly runsPerShare: number;
}

/** A worker's side: takes shares of the runs until none is left. */
export function serveReplay(task: ReplayTask): void {
  const { curves, matrix, context } = task;
  const shares = new Shares(matrix.nRuns, task.runsPerShare, task.cells);
  try {
    const writer = new MatrixWriter(planPortfolio(task.policies), matrix);
    shares.work((run) => {
      const curve = curveAt(curves, run);
      writer.write(run, curve, contextOf(curve, context));
    });
  } catch {
    // The thread that waits does the work itself then, and meets the same error where there is one.
    shares.fail();
  }
}
