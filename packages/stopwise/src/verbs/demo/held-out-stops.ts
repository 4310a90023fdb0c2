import { curveOf, groupOf, InvalidInputError, type Curve, type RunRecord } from "@stopwise/core";
import { outcomeTable, parsePolicy, replay } from "@stopwise/policies";
import heldOut from "./held-out.json" with { type: "json" };

/** The loss that the demo's answers keep, a share: one point. */
export const maxEmLoss = 0.01;

/** Where one way of stopping ends a run and what that gives. */
export interface Stop {
  readonly letter: string;
  readonly name: string;
  /** 0-based evaluation; null for a run to its end. */
  readonly index: number | null;
  /** Share of the training tokens. */
  readonly saving: number;
  /** Absolute loss of exact match, a share. */
  readonly emLoss: number;
}

/** One run of the sweep with its stops: patience 3, the policy of the start, the learned criterion, hindsight. */
export interface Judged {
  readonly run: RunRecord;
  readonly group: string;
  readonly curve: Curve;
  readonly stops: readonly [patience: Stop, recommended: Stop, learned: Stop, hindsight: Stop];
  /** Whether the answer that the learned stop comes from was certified. */
  readonly certified: boolean;
}

/** How the stops were made, for who wants to make them again. */
export const { command, question, nFolds } = heldOut;

const recorded: Readonly<Record<string, readonly number[]>> = heldOut.stops;
const patience3 = parsePolicy({ version: 1, criterion: "staleness", threshold: 3 });

/** The first evaluation at which a stop would have lost at most the bound: known only afterwards. */
function hindsightIndex(curve: Curve, emLoss: Float32Array): number | null {
  const index = emLoss.findIndex((loss, i) => i >= curve.firstStop && loss <= Math.fround(maxEmLoss));
  return index < 0 || index === curve.nCheckpoints - 1 ? null : index;
}

/**
 * A shipped run with the stops of a model that has not seen its task.
 *
 * @throws InvalidInputError when no stops were recorded for the run
 */
export function judgedOf(run: RunRecord): Judged {
  const stops = recorded[run.id];
  if (stops === undefined) {
    throw new InvalidInputError(`the demo holds no stops of run ${run.id}.`, `Write them anew: ${command}.`);
  }
  const curve = curveOf(run);
  const { saving, emLoss } = outcomeTable(curve, "best");
  const at = (letter: string, name: string, index: number | null): Stop =>
    index === null || index < 0
      ? { letter, name, index: null, saving: 0, emLoss: 0 }
      : { letter, name, index, saving: saving[index]!, emLoss: emLoss[index]! };
  return {
    run,
    group: groupOf(run),
    curve,
    certified: stops[3] === 1,
    stops: [
      at("P", "patience 3", replay(patience3, curve).stopIndex),
      at("R", "recommended", stops[0]!),
      at("L", "learned", stops[2]!),
      at("H", "hindsight", hindsightIndex(curve, emLoss)),
    ],
  };
}
