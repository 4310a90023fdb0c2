import type { MessagePort } from "node:worker_threads";
import { contextOf, type StopperContext } from "../context.ts";
import { MatrixWriter, planPortfolio, type OutcomeMatrix } from "../outcome-matrix.ts";
import { unpackCurves, type PackedCurves } from "./packed-curves.ts";

/** What every worker is told once. */
export interface ReplayTask {
  readonly policies: readonly unknown[];
  /** On shared memory: every worker writes rows of its own. */
  readonly matrix: OutcomeMatrix;
  readonly context: StopperContext;
}

/** A share of the runs. */
export interface ReplayShare {
  /** Row of the first run. */
  readonly first: number;
  readonly curves: PackedCurves;
}

/** A worker's side: replays each share that comes and answers with the number of runs done. */
export function serveReplay(port: MessagePort, { policies, matrix, context }: ReplayTask): void {
  const writer = new MatrixWriter(planPortfolio(policies), matrix);
  port.on("message", ({ first, curves }: ReplayShare) => {
    const unpacked = unpackCurves(curves);
    unpacked.forEach((curve, i) => writer.write(first + i, curve, contextOf(curve, context)));
    port.postMessage(unpacked.length);
  });
}
